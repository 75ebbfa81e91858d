import { types } from 'node:util';
import type { Encoder } from './encoder.ts';
import { Kind, viewTypes } from './format.ts';
import { Refusal } from './refusal.ts';

/** A typed array, `DataView` or `Buffer`; its bytes are read back without copying. */
export function writeView(encoder: Encoder, value: ArrayBufferView): void {
  const { heads } = encoder;
  if (types.isSharedArrayBuffer(value.buffer)) throw sharedMemory();
  const type = (viewTypes as readonly string[]).indexOf(viewType(value));
  if (type < 0) throw new Refusal(`a ${value.constructor.name}`);
  heads.byte(Kind.view);
  heads.byte(type);
  heads.unsigned(encoder.memory.addView(value, encoder.current));
}

/** An `ArrayBuffer` as a value of its own. */
export function writeArrayBuffer(encoder: Encoder, value: ArrayBufferLike): void {
  if (types.isSharedArrayBuffer(value)) throw sharedMemory();
  encoder.heads.byte(Kind.arrayBuffer);
  encoder.heads.unsigned(encoder.memory.addBuffer(value as ArrayBuffer, encoder.current));
}

function sharedMemory(): Refusal {
  return new Refusal('memory shared between threads', 'Copy it into an ArrayBuffer, or create it inside the function.');
}

function viewType(value: ArrayBufferView): string {
  if (Buffer.isBuffer(value)) return 'Buffer';
  return types.isDataView(value) ? 'DataView' : String(typeOf.call(value));
}

/** The one place where a typed array of any realm and subclass tells its type. */
const typeOf: () => unknown = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)!.get!;
