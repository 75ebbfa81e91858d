import { existsSync, readdirSync, statSync } from 'node:fs';
import { type Cache, DiskCache, FileCache } from '../cache/index.ts';
import { UsageError } from './command.ts';

/** The cache in a folder, of the kind that made it. @throws UsageError when it is none. */
export function openCache(path: string): Cache {
  if (!existsSync(path)) throw new UsageError(`there is no folder ${path}; give the one of your cache with --path.`);
  if (!statSync(path).isDirectory())
    throw new UsageError(`${path} is a file; give the folder of your cache with --path.`);
  // A FileCache has one folder for each first byte of its keys; a DiskCache keeps segments.
  const isFileCache = readdirSync(path).some((name) => /^[0-9a-f]{2}$/.test(name));
  return isFileCache ? new FileCache(path) : new DiskCache(path);
}
