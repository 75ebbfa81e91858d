import { types } from 'node:util';
import { writeProperties, writePrototype } from './encode-properties.ts';
import type { Encoder } from './encoder.ts';
import { Kind, viewTypes } from './format.ts';
import { Refusal } from './refusal.ts';

/** Typed arrays of more elements are not searched for other properties. */
const LONGEST_SEARCHED = 1_000;

/** A typed array, `DataView` or `Buffer`; its bytes are read back without copying. */
export function writeView(encoder: Encoder, value: ArrayBufferView): void {
  const { heads } = encoder;
  refuseMemory(value.buffer);
  const type = (viewTypes as readonly string[]).indexOf(viewType(value));
  if (type < 0) throw new Refusal(`a ${value.constructor.name}`);
  heads.byte(Kind.view);
  heads.byte(type);
  heads.unsigned(encoder.memory.addView(value, encoder.current));
  const usual = usualPrototype(viewTypes[type]!);
  writePrototype(encoder, value, usual);
  writeProperties(encoder, value, ownKeys(value, usual));
}

/** Listing the keys of a typed array lists its elements, so a large one is taken to be nothing but elements. */
function ownKeys(value: ArrayBufferView, usual: object): (string | symbol)[] {
  const { length = 0 } = value as { length?: number };
  if (length > LONGEST_SEARCHED && Object.getPrototypeOf(value) === usual) return [];
  return Reflect.ownKeys(value).slice(length);
}

function usualPrototype(type: string): object {
  return (globalThis as unknown as Record<string, { prototype: object }>)[type]!.prototype;
}

/** An `ArrayBuffer` as a value of its own. */
export function writeArrayBuffer(encoder: Encoder, value: ArrayBufferLike): void {
  refuseMemory(value);
  encoder.heads.byte(Kind.arrayBuffer);
  encoder.heads.unsigned(encoder.memory.addBuffer(value as ArrayBuffer, encoder.current));
}

function refuseMemory(buffer: ArrayBufferLike): void {
  if (types.isSharedArrayBuffer(buffer)) {
    throw new Refusal(
      'memory shared between threads',
      'Copy it into an ArrayBuffer, or create it inside the function.',
    );
  }
  if (buffer.byteLength === 0 && isDetached(buffer))
    throw new Refusal('memory that was transferred to somewhere else', 'Pack it before it is transferred.');
}

/** Node 20 has no property that tells. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
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
