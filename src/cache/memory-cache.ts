import type { Cache, CacheEntry, EntryHeader, EntryInfo } from './cache.ts';
import { checkLimit } from './check-limit.ts';
import { fromState, getState } from './travel.ts';

export interface MemoryCacheOptions {
  /** Bytes of results to hold at most; default 256 MiB. */
  readonly maxBytes?: number;
  /** Results to hold at most; default unlimited. */
  readonly maxEntries?: number;
}

const DEFAULT_BYTES = 256 * 1024 * 1024;
/** Number of entries up to which their order is that of use to the last one. */
const EXACT_UP_TO = 1000;
/** What an entry costs besides its value, roughly. */
const OVERHEAD = 512;

interface Held {
  readonly entry: CacheEntry;
  readonly size: number;
  usedAt: number;
  /** Number of uses of the whole cache when this entry was last moved to the end. */
  movedAt: number;
}

/**
 * Keeps results in this process's memory and drops the least recently used ones.
 *
 * Results are held encoded, and each load gives a value of its own: whoever changes one does not change the cache.
 */
export class MemoryCache implements Cache {
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  /** In the order of last use: a `Map` keeps insertion order, and each use inserts anew. */
  readonly #held = new Map<string, Held>();
  readonly #records = new Map<string, string>();
  #bytes = 0;
  #uses = 0;

  constructor({ maxBytes = DEFAULT_BYTES, maxEntries = Number.POSITIVE_INFINITY }: MemoryCacheOptions = {}) {
    this.#maxBytes = checkLimit('MemoryCache', 'maxBytes', maxBytes);
    this.#maxEntries = checkLimit('MemoryCache', 'maxEntries', maxEntries);
  }

  get(key: string): CacheEntry | undefined {
    const held = this.#use(key);
    return held && { header: held.entry.header, value: copyOf(held.entry.value) };
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
    this.#held.set(key, { entry, size, usedAt: Date.now(), movedAt: this.#uses });
    this.#bytes += size;
    this.evict(this.#maxBytes);
  }

  delete(key: string): boolean {
    const held = this.#held.get(key);
    if (held === undefined) return false;
    this.#held.delete(key);
    this.#bytes -= held.size;
    return true;
  }

  *entries(): Iterable<EntryInfo> {
    for (const [key, { size, usedAt }] of this.#held) yield { key, size, usedAt };
  }

  evict(maxBytes: number): number {
    const before = this.#bytes;
    for (const key of this.#held.keys()) {
      if (this.#bytes <= maxBytes && this.#held.size <= this.#maxEntries) break;
      this.delete(key);
    }
    return before - this.#bytes;
  }

  record(name: string, text: string): void {
    this.#records.set(name, text);
  }

  recall(name: string): string | undefined {
    return this.#records.get(name);
  }

  close(): void {
    this.#held.clear();
    this.#records.clear();
    this.#bytes = 0;
  }

  #use(key: string): Held | undefined {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    // Among many, an entry near the end need not be moved there again: a warm run uses every entry twice.
    this.#uses++;
    if (this.#held.size <= EXACT_UP_TO || this.#uses - held.movedAt > this.#held.size / 2) {
      this.#held.delete(key);
      this.#held.set(key, held);
      held.usedAt = Date.now();
      held.movedAt = this.#uses;
    }
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

/** A copy: `slice` of a `Buffer` is a view. */
const copyOf = (bytes: Uint8Array): Uint8Array => Uint8Array.prototype.slice.call(bytes);
