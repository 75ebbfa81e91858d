export { cacheKey, digest } from '../identity/index.ts';
export type { Cache, CacheEntry, EntryHeader, EntryInfo, KeyParts } from './cache.ts';
