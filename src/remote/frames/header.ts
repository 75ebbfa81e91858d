import { crc32 } from 'node:zlib';

/**
 * What stands before every frame, numbers little-endian:
 *
 * | bytes | what |
 * |---|---|
 * | 0–3 | {@link MAGIC}: bytes that are in no UTF-8 text |
 * | 4 | kind |
 * | 5–7 | zero |
 * | 8–11 | number of the call |
 * | 12–15 | `extra` |
 * | 16–19 | length of `meta` |
 * | 20–27 | length of the payload |
 * | 28–31 | CRC-32 of `meta` and the payload |
 * | 32–35 | CRC-32 of everything before |
 * | 36–39 | zero |
 *
 * Its length keeps what follows aligned.
 */
export const HEADER_LENGTH = 40;
export const MAGIC = Uint8Array.of(0xf5, 0x48, 0xfa, 0x4e);

const CHECKED = 32;

export interface Header {
  readonly kind: number;
  readonly call: number;
  readonly extra: number;
  readonly metaLength: number;
  readonly payloadLength: number;
  readonly checksum: number;
}

export function writeHeader(header: Header): Buffer {
  const bytes = Buffer.alloc(HEADER_LENGTH);
  bytes.set(MAGIC, 0);
  bytes[4] = header.kind;
  bytes.writeUInt32LE(header.call, 8);
  bytes.writeUInt32LE(header.extra, 12);
  bytes.writeUInt32LE(header.metaLength, 16);
  bytes.writeUIntLE(header.payloadLength, 20, 6);
  bytes.writeUInt32LE(header.checksum, 28);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CHECKED)), CHECKED);
  return bytes;
}

/** The header at this place; `undefined` when these bytes are none. */
export function readHeader(bytes: Buffer, at: number): Header | undefined {
  if (bytes.readUInt32LE(at + CHECKED) !== crc32(bytes.subarray(at, at + CHECKED))) return undefined;
  return {
    kind: bytes[at + 4]!,
    call: bytes.readUInt32LE(at + 8),
    extra: bytes.readUInt32LE(at + 12),
    metaLength: bytes.readUInt32LE(at + 16),
    payloadLength: bytes.readUIntLE(at + 20, 6),
    checksum: bytes.readUInt32LE(at + 28),
  };
}
