export { DiskCache, type DiskCacheOptions } from './disk-cache.ts';
