import { createHash } from 'node:crypto';
import { KEY_BYTES } from './record-format.ts';

const bytes = Buffer.alloc(KEY_BYTES);
const words = new Uint32Array(KEY_BYTES / 4);
const wordBytes = new Uint8Array(words.buffer);

/** The 32 bytes of a key of 64 hexadecimal digits, else a digest of it; a shared buffer, valid until the next call. */
export function keyBytes(key: string): Buffer {
  if (key.length !== KEY_BYTES * 2 || bytes.write(key, 'hex') !== KEY_BYTES || key !== key.toLowerCase()) {
    bytes.set(createHash('sha256').update(key).digest());
  }
  return bytes;
}

/** What stands for a key in the index: 64 bits made of all of its bytes. */
export interface Fingerprint {
  low: number;
  high: number;
}

/** Fingerprint of a key, written into `into`. */
export function fingerprint(key: Uint8Array, into: Fingerprint): Fingerprint {
  wordBytes.set(key);
  let low = 0;
  let high = 0x9e37_79b9;
  for (let i = 0; i < 8; i++) {
    const word = words[i]!;
    low = Math.imul(low ^ word, 0x85eb_ca6b);
    low ^= low >>> 15;
    high = Math.imul(high ^ word, 0xc2b2_ae35);
    high ^= high >>> 13;
  }
  into.low = low >>> 0;
  into.high = high >>> 0;
  return into;
}
