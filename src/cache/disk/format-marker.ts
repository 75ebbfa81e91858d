import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { CacheError } from '../../errors.ts';
import { writeWhole } from '../whole-file.ts';

const FORMAT = 1;

const lineFor = (version: number): string => {
  const text = `hypernodes disk cache, format ${version}`;
  return `${text} (${crc32(text).toString(16)})\n`;
};

/**
 * Makes sure that a directory is a cache this version can read.
 * @throws CacheError `CACHE_FORMAT` for one that a newer version wrote.
 */
export function checkFormat(path: string): void {
  let line: string;
  try {
    line = readFileSync(join(path, 'format'), 'utf8');
  } catch {
    return;
  }
  const version = Number(/^hypernodes disk cache, format (\d+) /.exec(line)?.[1]);
  // A damaged marker says nothing; every record carries its own version and checksum.
  if (!(version > FORMAT) || line !== lineFor(version)) return;
  throw new CacheError(
    'CACHE_FORMAT',
    `${path} is a cache of format ${version}, written by a newer version of hypernodes; this one reads format ${FORMAT}.`,
    { path, hint: 'Update hypernodes, or give DiskCache another path, or delete the directory.' },
  );
}

/** Marks a directory with the format of what is written into it. */
export function markFormat(path: string): void {
  const file = join(path, 'format');
  try {
    if (readFileSync(file, 'utf8') === lineFor(FORMAT)) return;
    rmSync(file, { force: true });
  } catch {
    // There is none yet.
  }
  try {
    writeWhole(file, Buffer.from(lineFor(FORMAT)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
