import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { writeWhole } from '../whole-file.ts';
import { ROW_BYTES } from './entry-table.ts';

/** `HNH1`: magic, checksum of the rest, bytes of the segment it speaks of, whether the segment is finished, rows. */
const MAGIC = 0x3148_4e48;
const FIXED = 24;

/** What is known of a segment without reading it. */
export interface Hint {
  /** Bytes of the segment, from its start, that the rows describe. */
  readonly covered: number;
  /** Nobody will append to the segment any more. */
  readonly sealed: boolean;
  readonly rows: Uint32Array;
}

/**
 * Reads a hint; `undefined` when there is none or it is damaged: the segment itself says the same, only slower.
 * The rows stand in `scratch` if it is large enough: a million entries' hints would otherwise pile up as garbage.
 */
export function readHint(file: string, scratch: Buffer): Hint | undefined {
  const bytes = readInto(file, scratch);
  if (bytes === undefined) return undefined;
  if (bytes.length < FIXED || (bytes.length - FIXED) % ROW_BYTES !== 0 || bytes.readUInt32LE(0) !== MAGIC) return;
  if (crc32(bytes.subarray(8)) !== bytes.readUInt32LE(4)) return undefined;
  return {
    covered: bytes.readDoubleLE(8),
    sealed: bytes.readUInt32LE(16) === 1,
    rows: new Uint32Array(bytes.buffer, bytes.byteOffset + FIXED, (bytes.length - FIXED) / 4),
  };
}

function readInto(file: string, scratch: Buffer): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = fstatSync(descriptor);
    const bytes = size <= scratch.length ? scratch.subarray(0, size) : Buffer.allocUnsafeSlow(size);
    return readSync(descriptor, bytes, 0, size, 0) === size ? bytes : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a hint in one step. It only saves time, so a failure to write it is none. */
export function writeHint(file: string, { covered, sealed, rows }: Hint): void {
  const bytes = Buffer.alloc(FIXED + rows.byteLength);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeDoubleLE(covered, 8);
  bytes.writeUInt32LE(sealed ? 1 : 0, 16);
  bytes.set(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength), FIXED);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  const temporary = `${file}.${process.pid}-${Math.random().toString(36).slice(2)}.tmp`;
  try {
    writeWhole(temporary, bytes);
    renameSync(temporary, file);
  } catch {
    rmSync(temporary, { force: true });
  }
}
