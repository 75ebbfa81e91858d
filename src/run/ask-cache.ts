import type { Cache, CacheEntry, EntryHeader } from '../cache/index.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';

/** What a cache knows of an entry, from the whole entry where it has no other way. */
export const headOf = (cache: Cache, key: string): MaybePromise<EntryHeader | undefined> =>
  cache.head === undefined ? andThen(cache.get(key), (entry) => entry?.header) : cache.head(key);

/** An entry of which the value and the digests are wanted. */
export const entryOf = (cache: Cache, key: string): MaybePromise<CacheEntry | undefined> =>
  cache.load === undefined ? cache.get(key) : cache.load(key);
