import type { Cache, CacheEntry, EntryHeader } from '../../cache/index.ts';
import { joinParts } from '../../codec/index.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';

/** What a cache knows of an entry, from the whole entry where it has no other way. */
export const headOf = (cache: Cache, key: string): MaybePromise<EntryHeader | undefined> =>
  cache.head === undefined ? andThen(cache.get(key), (entry) => entry?.header) : cache.head(key);

/** An entry of which the value and the digests are wanted. */
export const entryOf = (cache: Cache, key: string): MaybePromise<CacheEntry | undefined> =>
  cache.getLazy === undefined ? cache.get(key) : cache.getLazy(key);

/** The stamp of an entry, `NaN` where there is none, or a cache that has none. */
export function stampOf(cache: Cache, key: string): number {
  try {
    return cache.stamps?.(Buffer.from(key, 'hex'))[0] ?? Number.NaN;
  } catch {
    return Number.NaN;
  }
}

/** Has a cache keep an entry. */
export const keepEntry = (
  cache: Cache,
  key: string,
  header: EntryHeader,
  value: readonly Uint8Array[],
): MaybePromise<void> =>
  cache.putParts === undefined
    ? cache.put(key, { header, value: joinParts(value) })
    : cache.putParts(key, header, value);
