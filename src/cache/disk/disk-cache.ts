import { resolve } from 'node:path';
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { isMostlyRaw, joinParts } from '../../codec/index.ts';
import type { Cache, CacheEntry, EntryHeader, EntryInfo } from '../cache.ts';
import { asCacheError } from '../cache-error.ts';
import { checkLimit } from '../check-limit.ts';
import { checkPath } from '../check-path.ts';
import { reportDamage } from '../report-unreadable.ts';
import { answersAs, noStamps } from '../stamps.ts';
import { fromState, getState } from '../travel.ts';
import { finishAtExit } from './finish-at-exit.ts';
import { keyBytes } from './key-bytes.ts';
import { evict, removeBlob, tidy } from './reclaim.ts';
import {
  BLOB,
  blobNameAt,
  DEFLATED,
  decodeRecord,
  keyAt,
  NOTE,
  type RecordContent,
  TEXT,
  TOMBSTONE,
} from './record-format.ts';
import { type FoundRecord, Store } from './store.ts';
import { StoredHeader } from './stored-header.ts';

/** Where a disk cache keeps its entries, and how. */
export interface DiskCacheOptions {
  /** Directory of the cache; made on the first write. */
  readonly path: string;
  /** Bytes on disk to keep to; the least recently used entries make room. Default unlimited. */
  readonly maxBytes?: number;
  /**
   * Deflate values of 4 KB and more where that saves a fifth, other than buffers and typed arrays. Default false: it costs
   * more time than it saves.
   */
  readonly compression?: boolean;
}

/** Values of this many bytes and more are files of their own. */
const BLOB_BYTES = 65_536;
const COMPRESSED_BYTES = 4096;
const noHeader = '';

/**
 * Keeps results on a local disk: small ones packed into append-only files, large ones in files of their own. Any number
 * of processes and threads may use one directory at once, and none of them loses what it stored when it is killed.
 * Reads and writes are synchronous: a small one takes microseconds.
 *
 * @example
 * const cache = new DiskCache({ path: './cache', maxBytes: 10e9 });
 * const counted = await perDoc.with({ cache }).map({ text: docs }, { over: 'text' });
 */
export class DiskCache implements Cache {
  readonly shared = true;
  readonly path: string;
  /** Where it is, even if the working directory becomes another one. */
  readonly #folder: string;
  readonly #options: DiskCacheOptions;
  #store: Store | undefined;
  #damaged = 0;
  /** Bytes that may be written before the size is looked at again. */
  #budget = 0;

  constructor(options: string | DiskCacheOptions) {
    this.#options = typeof options === 'string' ? { path: options } : options;
    this.path = checkPath('DiskCache', this.#options?.path);
    this.#folder = resolve(this.path);
    if (this.#options.maxBytes !== undefined) checkLimit('DiskCache', 'maxBytes', this.#options.maxBytes);
  }

  /** Damaged entries met so far; each counted as absent. */
  get damaged(): number {
    return this.#damaged;
  }

  get(key: string): CacheEntry | undefined {
    const entry = this.#load(key);
    return entry && { header: entry.header.toJSON(), value: entry.value };
  }

  getLazy(key: string): CacheEntry | undefined {
    // Whoever extends this class may give something else.
    return this.get === DiskCache.prototype.get ? this.#load(key) : this.get(key);
  }

  #load(key: string): { header: StoredHeader; value: Buffer } | undefined {
    const found = this.#read(key, true);
    if (found === undefined) return undefined;
    const header = headerOf(found);
    const value = this.#valueOf(found);
    if (value === undefined) {
      this.#open().table.drop(found.row);
      return undefined;
    }
    this.#open().touch(found.row);
    return { header, value };
  }

  head(key: string): EntryHeader | undefined {
    const found = this.#read(key, false);
    if (found === undefined) return undefined;
    this.#open().touch(found.row);
    return headerOf(found);
  }

  has(key: string): boolean {
    const { table } = this.#open();
    const row = this.#open().find(keyBytes(key));
    return row >= 0 && table.isEntry(row);
  }

  /** @throws CacheError `CACHE_FULL` or `CACHE_UNWRITABLE`; what was stored before stays readable. */
  put(key: string, { header, value }: CacheEntry): void {
    this.#put(key, header, [value]);
  }

  /** @throws CacheError as `put`. */
  putParts(key: string, header: EntryHeader, value: readonly Uint8Array[]): void {
    // Whoever extends this class may keep something else.
    if (this.put === DiskCache.prototype.put) this.#put(key, header, value);
    else this.put(key, { header, value: joinParts(value) });
  }

  #put(key: string, header: EntryHeader, value: readonly Uint8Array[]): void {
    this.#writing((store) => {
      const { parts, flags } = this.#compress(value);
      let valueBytes = 0;
      let valueChecksum = 0;
      for (const part of parts) {
        valueBytes += part.byteLength;
        valueChecksum = crc32(part, valueChecksum);
      }
      const text = JSON.stringify(header);
      this.#makeRoom(store, valueBytes + text.length);
      if (valueBytes < BLOB_BYTES) {
        const small = joinParts(parts);
        store.append({
          key: keyBytes(key),
          flags,
          header: text,
          blob: undefined,
          value: small,
          valueBytes,
          valueChecksum,
        });
        return;
      }
      const large = { parts, byteLength: valueBytes, checksum: valueChecksum };
      const blob = store.blobs.name(header, large);
      const name = blob.toString('hex');
      store.blobs.write(name, large);
      const held = { header: text, blob, value: undefined, valueBytes, valueChecksum };
      store.append({ key: keyBytes(key), flags: flags | BLOB, ...held });
      // Another process may have evicted an equal value while it was only found to be there.
      if (!store.blobs.has(name, valueBytes)) store.blobs.write(name, large);
    });
  }

  #compress(parts: readonly Uint8Array[]): { parts: readonly Uint8Array[]; flags: number } {
    if (!this.#options.compression) return { parts, flags: 0 };
    const value = joinParts(parts);
    if (value.byteLength >= COMPRESSED_BYTES && !isMostlyRaw(value)) {
      const deflated = deflateRawSync(value, { level: 1 });
      if (deflated.byteLength <= value.byteLength * 0.8) return { parts: [deflated], flags: DEFLATED };
    }
    return { parts: [value], flags: 0 };
  }

  delete(key: string): boolean {
    // What is damaged is no entry any more, but still lies there for others to meet.
    if (!this.has(key)) {
      if (this.#open().isDropped(keyBytes(key))) this.#writing((store) => store.append(tombstone(key)));
      return false;
    }
    this.#writing((store) => {
      const row = store.find(keyBytes(key));
      const bytes = store.view(row, false);
      const { at } = store.segments;
      const name = store.table.flags(row) & BLOB && decodeRecord(bytes, at) ? blobNameAt(bytes, at) : undefined;
      const bytesOfValue = store.table.size(row);
      store.append(tombstone(key));
      if (name !== undefined) removeBlob(store, name, bytesOfValue);
    });
    return true;
  }

  *entries(): Iterable<EntryInfo> {
    const store = this.#open();
    store.refresh(true);
    const { table, segments } = store;
    for (let row = 0; row < table.rows; row++) {
      if (!table.isEntry(row)) continue;
      const bytes = store.view(row, false);
      const { at } = segments;
      if (decodeRecord(bytes, at) === undefined) continue;
      yield {
        key: keyAt(bytes, at).toString('hex'),
        size: table.length(row) + table.size(row),
        usedAt: table.used(row),
      };
    }
  }

  evict(maxBytes: number): number {
    return this.#writing((store) => evict(store, maxBytes));
  }

  record(name: string, text: string): void {
    if (this.recall(name) !== text) this.#append(textName(name), TEXT, Buffer.from(text));
  }

  recall(name: string): string | undefined {
    // A text may have been replaced, unlike an entry.
    this.#open().refresh();
    return this.#appended(textName(name), TEXT)?.toString();
  }

  stamps(keys: Uint8Array): Float64Array {
    return answersAs(this, written) ? this.#open().stamps(keys) : noStamps(keys);
  }

  note(name: string): Uint8Array | undefined {
    return this.#appended(noteName(name), NOTE);
  }

  /** @throws CacheError as `put`. */
  keepNote(name: string, bytes: Uint8Array): void {
    this.#append(noteName(name), NOTE, bytes);
  }

  #append(name: string, flags: number, value: Uint8Array): void {
    const [valueBytes, valueChecksum] = [value.byteLength, crc32(value)];
    this.#writing((store) => {
      this.#makeRoom(store, valueBytes);
      store.append({ key: keyBytes(name), flags, header: noHeader, value, valueBytes, valueChecksum });
    });
  }

  #appended(name: string, flags: number): Buffer | undefined {
    const store = this.#open();
    const found = store.read(keyBytes(name), true, this.#onDamage);
    if (found === undefined || !(found.head.flags & flags)) return undefined;
    store.touch(found.row);
    const value = this.#valueOf(found);
    if (value === undefined) store.table.drop(found.row);
    return value;
  }

  /**
   * Takes notice of what other processes deleted or recorded. What they stored is found without it: a key that isn't known is
   * looked for on the disk again.
   */
  refresh(): void {
    this.#open().refresh(true);
  }

  /** Finishes the files and releases them; the next use opens them again. */
  close(): void {
    this.#store?.close();
    this.#store = undefined;
  }

  #open(): Store {
    if (this.#store === undefined) {
      this.#store = new Store(this.#folder, this.#options.maxBytes);
      finishAtExit(this, this.#store);
    }
    return this.#store;
  }

  #read(key: string, whole: boolean): FoundRecord | undefined {
    const found = this.#open().read(keyBytes(key), whole, this.#onDamage);
    return found !== undefined && this.#open().table.isEntry(found.row) ? found : undefined;
  }

  #onDamage = (where: string): void => {
    this.#damaged++;
    reportDamage(this, where);
  };

  /** A copy of the value, checked; `undefined` when it is damaged or was evicted elsewhere. */
  #valueOf({ bytes, at, head }: FoundRecord): Buffer | undefined {
    let stored: Buffer;
    if (head.flags & BLOB) {
      const blob = this.#open().blobs.read(blobNameAt(bytes, at));
      if (blob === undefined) return undefined;
      stored = blob;
    } else {
      stored = Buffer.allocUnsafe(head.valueBytes);
      bytes.copy(stored, 0, head.valueAt, head.valueAt + head.valueBytes);
    }
    if (stored.byteLength === head.valueBytes && crc32(stored) === head.valueChecksum) {
      return head.flags & DEFLATED ? inflateRawSync(stored) : stored;
    }
    if (head.flags & BLOB) this.#open().blobs.remove(blobNameAt(bytes, at));
    this.#onDamage(head.flags & BLOB ? `${this.path}/blobs/${blobNameAt(bytes, at)}` : `${this.path}/segments`);
    return undefined;
  }

  /** Keeps to `maxBytes`, looking seldom: each look costs time for every entry. */
  #makeRoom(store: Store, bytes: number): void {
    if (store.idle) tidy(store);
    const { maxBytes } = this.#options;
    if (maxBytes === undefined) return;
    this.#budget -= bytes;
    if (this.#budget > 0) return;
    evict(store, Math.max(0, (maxBytes * 15) / 16 - bytes));
    this.#budget = maxBytes / 16;
  }

  #writing<T>(write: (store: Store) => T): T {
    const store = this.#open();
    try {
      return write(store);
    } catch (error) {
      throw asCacheError(error, 'DiskCache', this.path);
    }
  }

  [getState](): DiskCacheOptions {
    return this.#options;
  }

  static [fromState](options: DiskCacheOptions): DiskCache {
    return new DiskCache(options);
  }
}

const { get, head, getLazy } = DiskCache.prototype;
const written = { get, head, getLazy };

const tombstone = (key: string): RecordContent => ({
  key: keyBytes(key),
  flags: TOMBSTONE,
  header: noHeader,
  value: undefined,
  valueBytes: 0,
  valueChecksum: 0,
});

const textName = (name: string): string => `text: ${name}`;
const noteName = (name: string): string => `note: ${name}`;

const headerOf = ({ bytes, head }: FoundRecord): StoredHeader => new StoredHeader(bytes, head.headerAt, head.headerEnd);
