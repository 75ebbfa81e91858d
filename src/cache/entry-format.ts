import { crc32 } from 'node:zlib';
import type { CacheEntry, EntryHeader } from './cache.ts';

/** `HNC` and the version of the format. */
const MAGIC = Buffer.from('HNC1');
/** Highest version that the format has room for. */
const NEWEST = '9'.charCodeAt(0);
/** Magic, checksum of all that follows, checksum of the header, length of the header, length of the value. */
const FIXED = 4 + 4 + 4 + 4 + 8;

/** Bytes from which a value is written by itself, because to copy it would cost more. */
const LARGE = 65_536;

/** Bytes from the start of an entry that are sure to hold a header of ordinary size. */
export const HEADER_PROBE = 4096;

const align = (position: number): number => Math.ceil(position / 8) * 8;

/** One entry as bytes, checksummed over key, header and value, the value at an 8-byte boundary; large values as parts of their own. */
export function encodeEntry(key: string, header: EntryHeader, value: readonly Uint8Array[]): readonly Uint8Array[] {
  const text = Buffer.from(JSON.stringify(header));
  const valueBytes = value.reduce((sum, part) => sum + part.byteLength, 0);
  const head = Buffer.alloc(align(FIXED + text.length));
  MAGIC.copy(head);
  head.writeUInt32LE(crc32(text, crc32(key)), 8);
  head.writeUInt32LE(text.length, 12);
  head.writeDoubleLE(valueBytes, 16);
  text.copy(head, FIXED);
  head.writeUInt32LE(checksum(key, [head.subarray(8), ...value]), 4);
  return valueBytes < LARGE ? [Buffer.concat([head, ...value])] : [head, ...value];
}

const checksum = (key: string, parts: readonly Uint8Array[]): number =>
  parts.reduce((sum, part) => crc32(part, sum), crc32(key));

/** What stands in these bytes; `undefined` when they are not, or no longer, an entry with this key. */
export function decodeEntry(key: string, bytes: Buffer): CacheEntry | undefined {
  const header = decodeHeader(key, bytes);
  if (header === undefined || checksum(key, [bytes.subarray(8)]) !== bytes.readUInt32LE(4)) return undefined;
  const valueAt = align(FIXED + bytes.readUInt32LE(12));
  if (bytes.length !== valueAt + bytes.readDoubleLE(16)) return undefined;
  return { header, value: bytes.subarray(valueAt) };
}

/** The header alone, from the first bytes of an entry; `undefined` when it is damaged or not all there. */
export function decodeHeader(key: string, bytes: Buffer): EntryHeader | undefined {
  const end = headerEnd(bytes);
  if (end === undefined || end > bytes.length) return undefined;
  const head = bytes.subarray(FIXED, end);
  if (crc32(head, crc32(key)) !== bytes.readUInt32LE(8)) return undefined;
  try {
    return JSON.parse(head.toString()) as EntryHeader;
  } catch {
    return undefined;
  }
}

/** Whether these are the first bytes of an entry that a newer version wrote. */
export function isOfNewerFormat(bytes: Buffer): boolean {
  return bytes.subarray(0, 3).equals(MAGIC.subarray(0, 3)) && bytes[3]! > MAGIC[3]! && bytes[3]! <= NEWEST;
}

/** Where the header of an entry ends, from its first bytes; `undefined` when they are none of ours. */
export function headerEnd(bytes: Buffer): number | undefined {
  if (bytes.length < FIXED || !bytes.subarray(0, 4).equals(MAGIC)) return undefined;
  return FIXED + bytes.readUInt32LE(12);
}
