import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { joinParts } from '../codec/index.ts';
import type { Cache, CacheEntry, EntryHeader, EntryInfo } from './cache.ts';
import { asCacheError } from './cache-error.ts';
import { checkLimit } from './check-limit.ts';
import { checkPath } from './check-path.ts';
import { decodeEntry, decodeHeader, encodeEntry, HEADER_PROBE, headerEnd, isOfNewerFormat } from './entry-format.ts';
import { fileInfo, namesIn } from './file-info.ts';
import type { MaybePromise } from './maybe-promise.ts';
import { reportDamage, reportNewerFormat } from './report-unreadable.ts';
import { fromState, getState } from './travel.ts';
import { readWhole, writeWhole } from './whole-file.ts';

/** Where a file cache keeps its entries, and how. */
export interface FileCacheOptions {
  readonly path: string;
  /** Bytes to keep at most; the least recently used entries are removed when more were written. Default unlimited. */
  readonly maxBytes?: number;
  /** Publishes what was written, on volumes that need to be told (`volume.commit()`). Called by `commit()` and `close()`. */
  readonly commit?: () => MaybePromise<void>;
  /** Fetches what others published (`volume.reload()`). Called by `reload()`. */
  readonly reload?: () => MaybePromise<void>;
}

const ENTRY = /^[0-9a-f]{62}$/;
const TEMPORARY = /^\.tmp-/;
/** Age in milliseconds from which an unfinished file is nobody's any more. */
const ORPHAN_AGE = 3_600_000;

let temporaries = 0;

/**
 * Keeps each result in one file that never changes: safe on network and cloud volumes, where nothing may be locked, mapped
 * or appended to, and the last of several equal writers wins.
 */
export class FileCache implements Cache {
  readonly shared = true;
  readonly path: string;
  /** Where it is, even if the working directory becomes another one. */
  readonly #folder: string;
  readonly #options: FileCacheOptions;
  /** Bytes that may be written before the total size is looked at again. */
  #budget = 0;

  constructor(options: string | FileCacheOptions) {
    this.#options = typeof options === 'string' ? { path: options } : options;
    this.path = checkPath('FileCache', this.#options?.path);
    this.#folder = resolve(this.path);
    if (this.#options.maxBytes !== undefined) checkLimit('FileCache', 'maxBytes', this.#options.maxBytes);
  }

  get(key: string): CacheEntry | undefined {
    const file = this.#fileOf(key);
    let bytes: Buffer | undefined;
    try {
      bytes = readWhole(file);
    } catch (error) {
      return absent(error);
    }
    const entry = bytes && decodeEntry(key, bytes);
    if (entry !== undefined) this.#touch(file);
    else if (bytes !== undefined && this.#reportUnreadable(bytes, file)) discard(file);
    return entry;
  }

  head(key: string): EntryHeader | undefined {
    const file = this.#fileOf(key);
    let descriptor: number;
    try {
      descriptor = openSync(file, 'r');
    } catch (error) {
      return absent(error);
    }
    try {
      let bytes = Buffer.allocUnsafe(HEADER_PROBE);
      bytes = bytes.subarray(0, readSync(descriptor, bytes, 0, HEADER_PROBE, 0));
      const end = headerEnd(bytes);
      if (end !== undefined && end > bytes.length && end < 1 << 26) {
        bytes = Buffer.allocUnsafe(end);
        bytes = bytes.subarray(0, readSync(descriptor, bytes, 0, end, 0));
      }
      const header = decodeHeader(key, bytes);
      if (header === undefined) this.#reportUnreadable(bytes, file);
      return header;
    } finally {
      closeSync(descriptor);
    }
  }

  has(key: string): boolean {
    return fileInfo(this.#fileOf(key)) !== undefined;
  }

  /** @throws CacheError `CACHE_FULL` or `CACHE_UNWRITABLE`; what was stored before stays readable. */
  put(key: string, { header, value }: CacheEntry): void {
    this.#put(key, header, [value]);
  }

  /** @throws CacheError as `put`. */
  putParts(key: string, header: EntryHeader, value: readonly Uint8Array[]): void {
    // Whoever extends this class may keep something else.
    if (this.put === FileCache.prototype.put) this.#put(key, header, value);
    else this.put(key, { header, value: joinParts(value) });
  }

  #put(key: string, header: EntryHeader, value: readonly Uint8Array[]): void {
    const parts = encodeEntry(key, header, value);
    this.#write(this.#folderOf(key), this.#fileOf(key), ...parts);
    const { maxBytes } = this.#options;
    if (maxBytes === undefined) return;
    // Looking at the size costs time for every entry; a sixteenth of the limit is kept free for what is put between.
    for (const { byteLength } of parts) this.#budget -= byteLength;
    if (this.#budget > 0) return;
    this.evict((maxBytes * 15) / 16);
    this.#budget = maxBytes / 16;
  }

  delete(key: string): boolean {
    const file = this.#fileOf(key);
    if (fileInfo(file) === undefined) return false;
    try {
      rmSync(file, { force: true });
    } catch (error) {
      throw asCacheError(error, 'FileCache', this.path);
    }
    return true;
  }

  *entries(): Iterable<EntryInfo> {
    for (const folder of namesIn(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of namesIn(join(this.#folder, folder))) {
        const info = fileInfo(join(this.#folder, folder, name));
        if (info === undefined) continue;
        if (ENTRY.test(name))
          yield { key: folder + name, size: info.size, usedAt: Math.max(info.atimeMs, info.mtimeMs) };
        else if (TEMPORARY.test(name) && Date.now() - info.mtimeMs > ORPHAN_AGE) {
          discard(join(this.#folder, folder, name));
        }
      }
    }
  }

  evict(maxBytes: number): number {
    const entries = [...this.entries()].sort((a, b) => a.usedAt - b.usedAt);
    let total = entries.reduce((sum, { size }) => sum + size, 0);
    const before = total;
    for (const { key, size } of entries) {
      if (total <= maxBytes) break;
      this.delete(key);
      total -= size;
    }
    return before - total;
  }

  record(name: string, text: string): void {
    const folder = join(this.#folder, 'records');
    this.#write(folder, join(folder, recordName(name)), Buffer.from(text));
  }

  recall(name: string): string | undefined {
    try {
      return readFileSync(join(this.#folder, 'records', recordName(name)), 'utf8');
    } catch (error) {
      return absent(error);
    }
  }

  /** Publishes what was written, where the volume needs it. */
  commit(): MaybePromise<void> {
    return this.#options.commit?.();
  }

  /** Fetches what others published, where the volume needs it. */
  reload(): MaybePromise<void> {
    return this.#options.reload?.();
  }

  close(): MaybePromise<void> {
    return this.commit();
  }

  #folderOf(key: string): string {
    return join(this.#folder, fileKey(key).slice(0, 2));
  }

  #fileOf(key: string): string {
    return join(this.#folderOf(key), fileKey(key).slice(2));
  }

  /** Written beside its place and renamed, so that no reader ever sees half of it. */
  #write(folder: string, file: string, ...parts: readonly Uint8Array[]): void {
    const temporary = join(folder, `.tmp-${process.pid}-${Date.now().toString(36)}-${temporaries++}`);
    try {
      try {
        writeWhole(temporary, ...parts);
      } catch (error) {
        // The folder is not there yet, or not any more.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        makeFolder(folder);
        writeWhole(temporary, ...parts);
      }
      renameSync(temporary, file);
    } catch (error) {
      discard(temporary);
      throw asCacheError(error, 'FileCache', this.path);
    }
  }

  /** Tells of an entry that cannot be read; whether it is of no use to anybody. */
  #reportUnreadable(bytes: Buffer, file: string): boolean {
    const isNewer = isOfNewerFormat(bytes);
    if (isNewer) reportNewerFormat(this, file);
    else reportDamage(this, file);
    return !isNewer;
  }

  /** Remembers the use where eviction will ask for it. */
  #touch(file: string): void {
    if (this.#options.maxBytes === undefined) return;
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      // A read-only volume does not evict either.
    }
  }

  [getState](): FileCacheOptions {
    return this.#options;
  }

  static [fromState](options: FileCacheOptions): FileCache {
    return new FileCache(options);
  }
}

/** Keys are digests; whatever else is given is made one. */
const fileKey = (key: string): string =>
  /^[0-9a-f]{64}$/.test(key) ? key : createHash('sha256').update(key).digest('hex');

const recordName = (name: string): string => createHash('sha256').update(name).digest('hex');

const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

function absent(error: unknown): undefined {
  if (ABSENT.has((error as NodeJS.ErrnoException).code)) return undefined;
  throw error;
}

/** Makes a folder in two steps: on a read-only volume a recursive `mkdir` says that something is missing. */
function makeFolder(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Removes a file if that can be done; on a read-only volume it stays. */
function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Nobody needs it, but it does no harm either.
  }
}
