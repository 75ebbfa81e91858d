import type { Cache } from './cache.ts';

/** Bytes of a key that is a digest. */
export const KEY_BYTES = 32;

/** How a cache answers. */
type Answers = Required<Pick<Cache, 'get' | 'head'>> & Pick<Cache, 'getLazy'>;

/** Whether a cache answers as its class was written to: whoever extends or replaces that may see fewer entries. */
export const answersAs = (cache: Answers, { get, head, getLazy }: Answers): boolean =>
  cache.get === get && cache.head === head && cache.getLazy === getLazy;

/** The stamps of keys when none of their entries is there. */
export const noStamps = (keys: Uint8Array): Float64Array => new Float64Array(keys.length / KEY_BYTES).fill(Number.NaN);
