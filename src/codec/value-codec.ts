import { types } from 'node:util';
import { serialize } from 'node:v8';
import { pathTo } from '../identity/index.ts';
import type { ClassTable } from './class-table.ts';
import { deserialize, withOwnBuffer } from './deserialize.ts';
import { fromState } from './instances.ts';
import { storability } from './plain-data.ts';
import { replaceParts, restoreParts } from './stand-ins.ts';
import { TYPED_ARRAYS } from './typed-arrays.ts';
import { Unstorable } from './unstorable.ts';

/** First byte of every encoded result. */
const FORMAT = 1;

/** How one output is encoded; part of the format. */
const CODEC = {
  undefined: 0,
  null: 1,
  true: 2,
  false: 3,
  number: 4,
  latin: 5,
  utf16: 6,
  view: 7,
  plain: 8,
  rich: 9,
} as const;

/** Stands for `Buffer` among the kinds of views. */
const BUFFER = TYPED_ARRAYS.length;

/** Bytes from which a payload is a part of its own: to copy less costs less than to keep it apart. */
const LARGE = 65_536;

/** Bytes before the first output: the format and how many there are. */
const FIRST = 8;
/** Bytes before the payload of each output: codec, kind of view, length of the name, length of the payload. */
const HEAD = 1 + 1 + 2 + 8;
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters that fit a byte.
const LATIN = /^[\u0000-\u00ff]*$/;

interface EncodedOutput {
  readonly codec: number;
  readonly view: number;
  readonly payload: Uint8Array;
}

const EMPTY = new Uint8Array(0);
const constant = (codec: number): EncodedOutput => ({ codec, view: 0, payload: EMPTY });

/**
 * Encodes a node's outputs so that loading gives back what was stored, or tells what cannot be.
 *
 * Buffers and typed arrays are stored as they are, at 8-byte boundaries, so that loading need not copy large ones; other
 * data in the format of `v8.serialize`, with stand-ins for what it would change silently.
 *
 * @param classes The classes whose instances may be stored; none unless given.
 */
export function encodeValue(outputs: Readonly<Record<string, unknown>>, classes?: ClassTable): Uint8Array | Unstorable {
  const parts = encodeParts(outputs, classes);
  return parts instanceof Unstorable ? parts : joinParts(parts);
}

/** As {@link encodeValue}, as parts that are the result one after the other: large buffers and arrays among them are those of the outputs themselves. */
export function encodeParts(
  outputs: Readonly<Record<string, unknown>>,
  classes?: ClassTable,
): readonly Uint8Array[] | Unstorable {
  const names = Object.keys(outputs);
  const places: { readonly name: Buffer; readonly output: EncodedOutput; readonly at: number }[] = [];
  /** Where the buffers end after which a part of its own follows. */
  const ends: number[] = [];
  let size = FIRST;
  for (const name of names) {
    const output = encodeOutput(outputs[name], name, classes);
    if (output instanceof Unstorable) return output;
    const bytes = Buffer.from(name);
    const at = align(size + HEAD + bytes.length);
    places.push({ name: bytes, output, at });
    if (output.payload.byteLength >= LARGE) ends.push(at);
    size = at + output.payload.byteLength;
  }
  const parts: Uint8Array[] = [];
  let start = 0;
  let bytes = Buffer.allocUnsafeSlow(ends.shift() ?? size);
  bytes.writeUInt32LE(FORMAT, 0);
  bytes.writeUInt32LE(names.length, 4);
  let position = FIRST;
  for (const { name, output, at } of places) {
    const { payload } = output;
    const head = position - start;
    bytes[head] = output.codec;
    bytes[head + 1] = output.view;
    bytes.writeUInt16LE(name.length, head + 2);
    bytes.writeDoubleLE(payload.byteLength, head + 4);
    bytes.set(name, head + HEAD);
    // What was in memory before must not get into a file, and equal results must be equal bytes.
    bytes.fill(0, head + HEAD + name.length, at - start);
    position = at + payload.byteLength;
    if (payload.byteLength < LARGE) {
      bytes.set(payload, at - start);
      continue;
    }
    parts.push(bytes, payload);
    start = position;
    bytes = Buffer.allocUnsafeSlow((ends.shift() ?? size) - start);
  }
  if (bytes.byteLength > 0) parts.push(bytes);
  return parts;
}

/** The parts of a result as one. */
export const joinParts = (parts: readonly Uint8Array[]): Uint8Array =>
  parts.length === 1 ? parts[0]! : Buffer.concat(parts);

/**
 * The outputs that were encoded; `undefined` for bytes of another format, or none of ours, and for instances of classes
 * that are not here. Executes nothing but the `[fromState]` of classes that are.
 */
export function decodeValue(bytes: Uint8Array, classes?: ClassTable): Record<string, unknown> | undefined {
  try {
    return decode(asBuffer(bytes), classes);
  } catch {
    return undefined;
  }
}

/** Classes for everything: what an instance holds can be read, whatever it is an instance of. */
const Anything = Object.assign(function Anything() {}, { [fromState]: (state: unknown): unknown => state });
const anything: ClassTable = { idOf: () => undefined, classOf: () => Anything };

/** What is wrong with an encoded result, if not everybody who has its classes can load it. */
export function faultOf(bytes: Uint8Array): 'damaged' | 'of another version' | undefined {
  if (bytes.byteLength > 0 && bytes[0] !== FORMAT) return 'of another version';
  return decodeValue(bytes, anything) === undefined ? 'damaged' : undefined;
}

function decode(bytes: Buffer, classes: ClassTable | undefined): Record<string, unknown> | undefined {
  const outputs: Record<string, unknown> = {};
  let position = FIRST;
  for (let left = countOf(bytes); left > 0; left--) {
    const part = partAt(bytes, position);
    position = part.at + part.length;
    const value = decodeOutput(bytes, part, classes);
    if (part.name !== '__proto__') outputs[part.name] = value;
    else Object.defineProperty(outputs, part.name, { value, enumerable: true, writable: true, configurable: true });
  }
  return outputs;
}

/** The same bytes with the methods of a `Buffer`. */
const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Whether most of an encoded result is buffers and typed arrays as they are, which rarely get smaller by compression. */
export function isMostlyRaw(encoded: Uint8Array): boolean {
  try {
    const bytes = asBuffer(encoded);
    let raw = 0;
    let position = FIRST;
    for (let left = countOf(bytes); left > 0; left--) {
      const { codec, at, length } = partAt(bytes, position);
      position = at + length;
      if (codec === CODEC.view) raw += length;
    }
    return raw > encoded.byteLength / 2;
  } catch {
    return false;
  }
}

/** Where one output is among the bytes of a result. */
interface EncodedPart {
  readonly codec: number;
  readonly view: number;
  readonly name: string;
  readonly at: number;
  readonly length: number;
}

/** How many outputs there are. @throws RangeError for bytes of another format. */
function countOf(bytes: Buffer): number {
  if (bytes[0] !== FORMAT) throw new RangeError(`unknown format ${bytes[0]}`);
  return bytes.readUInt32LE(4);
}

/** The output that begins at `position`. @throws RangeError for bytes that are none of ours. */
function partAt(bytes: Buffer, position: number): EncodedPart {
  const codec = bytes[position]!;
  const view = bytes[position + 1]!;
  const nameEnd = position + HEAD + bytes.readUInt16LE(position + 2);
  const length = bytes.readDoubleLE(position + 4);
  const at = align(nameEnd);
  if (!(length >= 0 && at + length <= bytes.length)) throw new RangeError('an output ends after the end');
  return { codec, view, name: bytes.toString('utf8', position + HEAD, nameEnd), at, length };
}

/** The next 8-byte boundary; without bit operations, which end at 2 GiB. */
const align = (position: number): number => Math.ceil(position / 8) * 8;

function encodeOutput(value: unknown, name: string, classes: ClassTable | undefined): EncodedOutput | Unstorable {
  switch (typeof value) {
    case 'undefined':
      return constant(CODEC.undefined);
    case 'boolean':
      return constant(value ? CODEC.true : CODEC.false);
    case 'number': {
      const payload = Buffer.allocUnsafe(8);
      payload.writeDoubleLE(value);
      return { codec: CODEC.number, view: 0, payload };
    }
    case 'string':
      return LATIN.test(value)
        ? { codec: CODEC.latin, view: 0, payload: Buffer.from(value, 'latin1') }
        : { codec: CODEC.utf16, view: 0, payload: Buffer.from(value, 'utf16le') };
    default:
      return value === null ? constant(CODEC.null) : encodeData(value, name, classes);
  }
}

function encodeData(value: unknown, name: string, classes: ClassTable | undefined): EncodedOutput | Unstorable {
  if (ArrayBuffer.isView(value)) {
    const prototype = Object.getPrototypeOf(value);
    const view =
      prototype === Buffer.prototype ? BUFFER : TYPED_ARRAYS.findIndex((View) => prototype === View.prototype);
    if (view >= 0 && !types.isSharedArrayBuffer(value.buffer)) {
      return { codec: CODEC.view, view, payload: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) };
    }
  }
  const verdict = storability(value, classes);
  if ('found' in verdict) {
    const within = pathTo(value, verdict.culprit);
    return new Unstorable(
      within === '' ? name : `${name}${within.startsWith('[') ? '' : '.'}${within}`,
      verdict.found,
      verdict.advice,
    );
  }
  try {
    return verdict.rich
      ? { codec: CODEC.rich, view: 0, payload: serialize(replaceParts(value, verdict)) }
      : { codec: CODEC.plain, view: 0, payload: serialize(value) };
  } catch (error) {
    return new Unstorable(
      name,
      `more than the serializer can hold (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

function decodeOutput(
  bytes: Buffer,
  { codec, view, at, length }: EncodedPart,
  classes: ClassTable | undefined,
): unknown {
  const end = at + length;
  switch (codec) {
    case CODEC.undefined:
      return undefined;
    case CODEC.null:
      return null;
    case CODEC.true:
      return true;
    case CODEC.false:
      return false;
    case CODEC.number:
      return bytes.readDoubleLE(at);
    case CODEC.latin:
      return bytes.toString('latin1', at, end);
    case CODEC.utf16:
      return bytes.toString('utf16le', at, end);
    case CODEC.view:
      return viewOn(view, bytes.subarray(at, end));
    case CODEC.plain:
      return deserialize(bytes.subarray(at, end));
    case CODEC.rich:
      return restoreParts(deserialize(bytes.subarray(at, end)), classes);
    default:
      throw new RangeError(`unknown codec ${codec}`);
  }
}

/** A view of the stored bytes themselves where it is large and they lie at a fitting address, otherwise of a copy. */
function viewOn(kind: number, payload: Buffer): ArrayBufferView {
  if (kind === BUFFER) return payload;
  const View = TYPED_ARRAYS[kind]!;
  const { BYTES_PER_ELEMENT } = View;
  const bytes = withOwnBuffer(payload, BYTES_PER_ELEMENT);
  return new View(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength / BYTES_PER_ELEMENT);
}
