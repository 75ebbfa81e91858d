import { CacheError } from '../errors.ts';

/** What the system says of a failed write as one of our errors, with what to do about it; anything else as it is. */
export function asCacheError(error: unknown, cache: string, path: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof CacheError || typeof code !== 'string') return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new CacheError('CACHE_FULL', `${path}: no space left for cache entries.`, {
      path,
      hint: `Free space on that disk, or give ${cache} a maxBytes, or another path.`,
      cause: error,
    });
  }
  return new CacheError('CACHE_UNWRITABLE', `${path}: the cache cannot be written to (${message}).`, {
    path,
    hint: `Make the directory writable, or give ${cache} another path.`,
    cause: error,
  });
}
