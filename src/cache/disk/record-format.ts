import { crc32 } from 'node:zlib';
import { KEY_BYTES } from '../stamps.ts';

/** The record says that its key was deleted. */
export const TOMBSTONE = 1;
/** The value is a file of its own; the header area starts with its 32-byte name. */
export const BLOB = 2;
/** A mutable text of `record`, no entry. */
export const TEXT = 4;
/** The value is stored deflated. */
export const DEFLATED = 8;
/** Bytes of `keepNote`, no entry: they make room when there is need. */
export const NOTE = 16;

/** Bytes before the header: magic, checksum, checksum of the value, header length and flags, value length, time, key. */
export const FIXED = 64;
/** Most bytes that a header may have; its length shares a word with the flags. */
export const MAX_HEADER = 0xff_ffff;

const KEY_AT = 32;
/** `HNR1`, the version included. */
const MAGIC = 0x3152_4e48;
export const MAGIC_BYTES: Uint8Array = Buffer.from('HNR1');

const align = (position: number): number => (position + 7) & ~7;

/** What the fixed part of a record says, positions counted in the buffer it was read from. */
export interface RecordHead {
  readonly flags: number;
  /** When it was written, in milliseconds with fractions: of two records with one key the later holds. */
  readonly time: number;
  readonly headerAt: number;
  readonly headerEnd: number;
  readonly valueAt: number;
  /** Bytes of the value as stored, inline or as a file. */
  readonly valueBytes: number;
  readonly valueChecksum: number;
  /** Where the next record starts. */
  readonly end: number;
}

export interface RecordContent {
  readonly key: Uint8Array;
  readonly flags: number;
  readonly header: string;
  /** Name of the file that holds the value, for a {@link BLOB}. */
  readonly blob?: Uint8Array | undefined;
  /** The value, unless it is a file of its own. */
  readonly value: Uint8Array | undefined;
  readonly valueBytes: number;
  readonly valueChecksum: number;
}

let scratch = Buffer.alloc(1 << 17);

/**
 * One record as bytes in a shared buffer, valid until the next call. The checksum covers all but the value, whose own
 * checksum is part of what it covers: a header can be trusted without reading the value.
 */
export function encodeRecord(content: RecordContent, time: number): Buffer {
  const { key, flags, header, blob, value, valueBytes, valueChecksum } = content;
  const prefix = blob?.byteLength ?? 0;
  const headerBytes = prefix + Buffer.byteLength(header);
  if (headerBytes > MAX_HEADER) throw new RangeError(`A cache header of ${headerBytes} bytes is too long.`);
  const valueAt = align(FIXED + headerBytes);
  const end = align(valueAt + (value?.byteLength ?? 0));
  if (end > scratch.length) scratch = Buffer.alloc(end * 2);
  scratch.writeUInt32LE(MAGIC, 0);
  scratch.writeUInt32LE(valueChecksum, 8);
  scratch.writeUInt32LE(((flags << 24) | headerBytes) >>> 0, 12);
  scratch.writeDoubleLE(valueBytes, 16);
  scratch.writeDoubleLE(time, 24);
  scratch.set(key, KEY_AT);
  if (blob !== undefined) scratch.set(blob, FIXED);
  scratch.write(header, FIXED + prefix);
  scratch.fill(0, FIXED + headerBytes, valueAt);
  if (value !== undefined) {
    scratch.set(value, valueAt);
    scratch.fill(0, valueAt + value.byteLength, end);
  }
  scratch.writeUInt32LE(crc32(scratch.subarray(8, FIXED + headerBytes)), 4);
  return scratch.subarray(0, end);
}

/** Bytes from `at` to the end of the header; `undefined` when no record starts there. */
export function headBytes(bytes: Buffer, at: number): number | undefined {
  if (at + FIXED > bytes.length) return undefined;
  const numbers = viewOf(bytes);
  return numbers.getUint32(at, true) === MAGIC ? FIXED + (numbers.getUint32(at + 12, true) & MAX_HEADER) : undefined;
}

/** The buffer last read from. */
let viewed: Buffer | undefined;
let view: DataView = new DataView(new ArrayBuffer(0));

/** A buffer's bytes by number: neighbours are read from one buffer, and the engine reads numbers faster than `Buffer` does. */
function viewOf(bytes: Buffer): DataView {
  if (bytes !== viewed) {
    viewed = bytes;
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return view;
}

/** Reads the record at `at`, the header at least being there; `undefined` when it is none, or damaged. */
export function decodeRecord(bytes: Buffer, at: number): RecordHead | undefined {
  const head = headBytes(bytes, at);
  if (head === undefined || at + head > bytes.length) return undefined;
  const numbers = viewOf(bytes);
  if (crc32(bytes.subarray(at + 8, at + head)) !== numbers.getUint32(at + 4, true)) return undefined;
  const flags = bytes[at + 15]!;
  const valueBytes = numbers.getFloat64(at + 16, true);
  const valueAt = at + align(head);
  return {
    flags,
    time: numbers.getFloat64(at + 24, true),
    headerAt: at + FIXED + (flags & BLOB ? KEY_BYTES : 0),
    headerEnd: at + head,
    valueAt,
    valueBytes,
    valueChecksum: numbers.getUint32(at + 8, true),
    end: flags & BLOB ? valueAt : align(valueAt + valueBytes),
  };
}

/** The key of the record at `at`; a view. */
export const keyAt = (bytes: Buffer, at: number): Buffer => bytes.subarray(at + KEY_AT, at + KEY_AT + KEY_BYTES);

/** Name of the file with the value of the record at `at`, as hexadecimal digits. */
export const blobNameAt = (bytes: Buffer, at: number): string =>
  bytes.toString('hex', at + FIXED, at + FIXED + KEY_BYTES);

/** Whether the record at `at` has this key. */
export function hasKey(bytes: Buffer, at: number, key: Uint8Array): boolean {
  for (let i = 0; i < KEY_BYTES; i++) if (bytes[at + KEY_AT + i] !== key[i]) return false;
  return true;
}
