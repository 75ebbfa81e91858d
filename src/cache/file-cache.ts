import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Cache, CacheEntry, EntryHeader, EntryInfo, MaybePromise } from './cache.ts';
import { checkLimit } from './check-limit.ts';
import { decodeEntry, decodeHeader, encodeEntry, HEADER_PROBE, headerEnd } from './entry-format.ts';
import { reportDamage } from './report-damage.ts';
import { fromState, getState } from './travel.ts';
import { writeWhole } from './write-whole.ts';

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
/** Entries between two looks at the total size. */
const SWEEP_EVERY = 256;

let temporaries = 0;

/**
 * Keeps each result in one file that never changes: safe on network and cloud volumes, where nothing may be locked, mapped
 * or appended to, and the last of several equal writers wins.
 */
export class FileCache implements Cache {
  readonly path: string;
  readonly #options: FileCacheOptions;
  readonly #folders = new Set<string>();
  #puts = 0;

  constructor(options: string | FileCacheOptions) {
    this.#options = typeof options === 'string' ? { path: options } : options;
    this.path = this.#options.path;
    if (this.#options.maxBytes !== undefined) checkLimit('FileCache', 'maxBytes', this.#options.maxBytes);
  }

  get(key: string): CacheEntry | undefined {
    const file = this.#fileOf(key);
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      return absent(error);
    }
    const entry = decodeEntry(key, bytes);
    if (entry === undefined) {
      reportDamage(this, file);
      this.delete(key);
    } else this.#touch(file);
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
      if (header === undefined) reportDamage(this, file);
      return header;
    } finally {
      closeSync(descriptor);
    }
  }

  has(key: string): boolean {
    return statSync(this.#fileOf(key), { throwIfNoEntry: false }) !== undefined;
  }

  put(key: string, entry: CacheEntry): void {
    this.#write(this.#folderOf(key), this.#fileOf(key), encodeEntry(key, entry));
    const { maxBytes } = this.#options;
    if (maxBytes !== undefined && ++this.#puts % SWEEP_EVERY === 1) this.evict(maxBytes);
  }

  delete(key: string): boolean {
    const file = this.#fileOf(key);
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return false;
    rmSync(file, { force: true });
    return true;
  }

  *entries(): Iterable<EntryInfo> {
    for (const folder of list(this.path)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const name of list(join(this.path, folder))) {
        const info = statSync(join(this.path, folder, name), { throwIfNoEntry: false });
        if (info === undefined) continue;
        if (ENTRY.test(name))
          yield { key: folder + name, size: info.size, usedAt: Math.max(info.atimeMs, info.mtimeMs) };
        else if (TEMPORARY.test(name) && Date.now() - info.mtimeMs > ORPHAN_AGE) {
          rmSync(join(this.path, folder, name), { force: true });
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
    const folder = join(this.path, 'records');
    this.#write(folder, join(folder, recordName(name)), Buffer.from(text));
  }

  recall(name: string): string | undefined {
    try {
      return readFileSync(join(this.path, 'records', recordName(name)), 'utf8');
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
    return join(this.path, fileKey(key).slice(0, 2));
  }

  #fileOf(key: string): string {
    return join(this.#folderOf(key), fileKey(key).slice(2));
  }

  /** Written beside its place and renamed, so that no reader ever sees half of it. */
  #write(folder: string, file: string, bytes: Buffer): void {
    if (!this.#folders.has(folder)) {
      mkdirSync(folder, { recursive: true });
      this.#folders.add(folder);
    }
    const temporary = join(folder, `.tmp-${process.pid}-${Date.now().toString(36)}-${temporaries++}`);
    try {
      writeWhole(temporary, bytes);
      renameSync(temporary, file);
    } catch (error) {
      this.#folders.delete(folder);
      rmSync(temporary, { force: true });
      throw error;
    }
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

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    return absent(error) ?? [];
  }
}
