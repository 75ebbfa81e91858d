import { DefaultDeserializer } from 'node:v8';

/** Views of this many bytes and more are not copied when they are loaded. */
const LARGE = 1 << 20;

/**
 * These bytes at the start of a buffer that holds nothing else, as most code expects that reads `view.buffer`. Large ones
 * stay where they are, after what precedes them there, unless their address does not fit their elements.
 */
export function withOwnBuffer(bytes: Uint8Array, bytesPerElement: number): Uint8Array {
  if (bytes.byteLength >= LARGE && bytes.byteOffset % bytesPerElement === 0) return bytes;
  return new Uint8Array(bytes);
}

/** Reads what `v8.serialize` wrote, each small view on a buffer of its own; Node's own would leave them on the input. */
class ViewDeserializer extends DefaultDeserializer {
  _readHostObject(): ArrayBufferView {
    const view = (DefaultDeserializer.prototype as unknown as ViewDeserializer)._readHostObject.call(this);
    if (Buffer.isBuffer(view) || view.byteLength >= LARGE) return view;
    const { buffer } = new Uint8Array(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return new (view.constructor as new (buffer: ArrayBuffer) => ArrayBufferView)(buffer);
  }
}

/** The value of these bytes; @throws for bytes that are no such value. */
export function deserialize(bytes: Buffer): unknown {
  const deserializer = new ViewDeserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}
