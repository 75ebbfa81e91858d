export type { Cache, CacheEntry, EntryHeader, EntryInfo, KeyParts } from './cache.ts';
