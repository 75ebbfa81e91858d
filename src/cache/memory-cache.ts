import type { Cache, CacheEntry, EntryHeader, EntryInfo } from './cache.ts';
import { checkLimit } from './check-limit.ts';
import { answersAs, KEY_BYTES, noStamps } from './stamps.ts';
import { fromState, getState } from './travel.ts';
import { HeldEntry, UseOrder } from './use-order.ts';

/** How much a memory cache holds. */
export interface MemoryCacheOptions {
  /** Bytes of results to hold at most; default 256 MiB. */
  readonly maxBytes?: number;
  /** Results to hold at most; default unlimited. */
  readonly maxEntries?: number;
}

const DEFAULT_BYTES = 256 * 1024 * 1024;
/** What an entry costs besides its value, roughly. */
const OVERHEAD = 512;

/**
 * Keeps results in this process's memory and drops the least recently used ones.
 *
 * Results are held encoded, and each load gives a value of its own: whoever changes one does not change the cache.
 */
export class MemoryCache implements Cache {
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  readonly #held = new Map<string, HeldEntry>();
  /** In the order of last use: a list of their own, since to insert anew into the map at each use costs more. */
  readonly #order = new UseOrder();
  readonly #records = new Map<string, string>();
  /** In the order of last use. */
  readonly #notes = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor({ maxBytes = DEFAULT_BYTES, maxEntries = Number.POSITIVE_INFINITY }: MemoryCacheOptions = {}) {
    this.#maxBytes = checkLimit('MemoryCache', 'maxBytes', maxBytes);
    this.#maxEntries = checkLimit('MemoryCache', 'maxEntries', maxEntries);
  }

  get(key: string): CacheEntry | undefined {
    const held = this.#use(key);
    return held && { header: held.entry.header, value: Buffer.from(held.entry.value) };
  }

  head(key: string): EntryHeader | undefined {
    return this.#use(key)?.entry.header;
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  put(key: string, entry: CacheEntry): void {
    this.delete(key);
    const size = entry.value.byteLength + OVERHEAD;
    if (size > this.#maxBytes) return;
    const held = new HeldEntry(key, entry, size);
    this.#held.set(key, held);
    this.#order.use(held);
    this.#bytes += size;
    this.evict(this.#maxBytes);
  }

  delete(key: string): boolean {
    const held = this.#held.get(key);
    if (held === undefined) return false;
    this.#held.delete(key);
    this.#order.remove(held);
    this.#bytes -= held.size;
    return true;
  }

  *entries(): Iterable<EntryInfo> {
    for (const { key, size, usedAt } of this.#held.values()) yield { key, size, usedAt };
  }

  evict(maxBytes: number): number {
    const before = this.#bytes;
    for (const name of this.#notes.keys()) {
      if (this.#bytes <= maxBytes) break;
      this.#dropNote(name);
    }
    while (this.#bytes > maxBytes || this.#held.size > this.#maxEntries) this.delete(this.#order.oldest!.key);
    return before - this.#bytes;
  }

  record(name: string, text: string): void {
    this.#records.set(name, text);
  }

  recall(name: string): string | undefined {
    return this.#records.get(name);
  }

  stamps(keys: Uint8Array): Float64Array {
    const stamps = noStamps(keys);
    if (!answersAs(this, written)) return stamps;
    const digits = Buffer.from(keys.buffer, keys.byteOffset, keys.length).toString('hex');
    for (let index = 0; index < stamps.length; index++) {
      const key = digits.slice(index * 2 * KEY_BYTES, (index + 1) * 2 * KEY_BYTES);
      stamps[index] = this.#use(key)?.stamp ?? Number.NaN;
    }
    return stamps;
  }

  note(name: string): Uint8Array | undefined {
    const bytes = this.#notes.get(name);
    if (bytes === undefined) return undefined;
    this.#notes.delete(name);
    this.#notes.set(name, bytes);
    return new Uint8Array(bytes);
  }

  keepNote(name: string, bytes: Uint8Array): void {
    this.#dropNote(name);
    this.#notes.set(name, new Uint8Array(bytes));
    this.#bytes += bytes.byteLength;
    this.evict(this.#maxBytes);
  }

  #dropNote(name: string): void {
    this.#bytes -= this.#notes.get(name)?.byteLength ?? 0;
    this.#notes.delete(name);
  }

  close(): void {
    this.#notes.clear();
    this.#held.clear();
    this.#order.clear();
    this.#records.clear();
    this.#bytes = 0;
  }

  #use(key: string): HeldEntry | undefined {
    const held = this.#held.get(key);
    if (held !== undefined) this.#order.use(held);
    return held;
  }

  [getState](): MemoryCacheOptions {
    const maxEntries = this.#maxEntries;
    return { maxBytes: this.#maxBytes, ...(Number.isFinite(maxEntries) && { maxEntries }) };
  }

  static [fromState](options: MemoryCacheOptions): MemoryCache {
    return new MemoryCache(options);
  }
}

const { get, head } = MemoryCache.prototype;
const written = { get, head };
