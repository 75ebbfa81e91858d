/** Bytes of a key that is a digest. */
export const KEY_BYTES = 32;

/** The stamps of keys when none of their entries is there. */
export const noStamps = (keys: Uint8Array): Float64Array => new Float64Array(keys.length / KEY_BYTES).fill(Number.NaN);
