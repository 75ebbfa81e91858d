export { decodeValue, encodeValue, Unstorable } from '../codec/index.ts';
export { cacheKey, digest } from '../identity/index.ts';
export type { Cache, CacheEntry, EntryHeader, EntryInfo, KeyParts } from './cache.ts';
export { DiskCache, type DiskCacheOptions } from './disk/index.ts';
export { FileCache, type FileCacheOptions } from './file-cache.ts';
export { MemoryCache, type MemoryCacheOptions } from './memory-cache.ts';
export { TieredCache } from './tiered-cache.ts';
