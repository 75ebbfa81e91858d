import { createHash } from 'node:crypto';
import { KEY_BYTES } from '../stamps.ts';

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

/** Fingerprints of keys, which stand for them in the index: 64 bits made of all of their bytes, low and high half in turn. */
export type Fingerprints = Uint32Array;

/** Fingerprint of one key, written into `into`. */
export function fingerprint(key: Uint8Array, into: Fingerprints): void {
  wordBytes.set(key);
  mix(words, into);
}

/** Fingerprints of keys of 32 bytes each. */
export function fingerprints(keys: Uint8Array): Fingerprints {
  const aligned = keys.byteOffset % 4 === 0 ? keys : Uint8Array.from(keys);
  const prints = new Uint32Array((2 * keys.length) / KEY_BYTES);
  mix(new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4), prints);
  return prints;
}

function mix(keys: Uint32Array, into: Fingerprints): void {
  for (let half = 0, at = 0; half < into.length; half += 2) {
    let low = 0;
    let high = 0x9e37_79b9;
    for (const end = at + 8; at < end; at++) {
      const word = keys[at]!;
      low = Math.imul(low ^ word, 0x85eb_ca6b);
      low ^= low >>> 15;
      high = Math.imul(high ^ word, 0xc2b2_ae35);
      high ^= high >>> 13;
    }
    into[half] = low;
    into[half + 1] = high;
  }
}
