import type { CacheEntry } from './cache.ts';

let stamps = 0;

/** An entry in memory, which is itself a link of the list of all entries in the order of their last use. */
export class HeldEntry {
  readonly key: string;
  readonly entry: CacheEntry;
  /** Bytes it counts for. */
  readonly size: number;
  /** What no other entry was ever given. */
  readonly stamp: number = ++stamps;
  /** Milliseconds since the epoch. */
  usedAt = 0;
  older: HeldEntry | undefined;
  newer: HeldEntry | undefined;

  constructor(key: string, entry: CacheEntry, size: number) {
    this.key = key;
    this.entry = entry;
    this.size = size;
  }
}

/** The order in which entries were last used. */
export class UseOrder {
  #oldest: HeldEntry | undefined;
  #newest: HeldEntry | undefined;

  /** The entry that has not been used for the longest time; `undefined` when there is none. */
  get oldest(): HeldEntry | undefined {
    return this.#oldest;
  }

  /** Makes an entry, a new one or one of the list, the last used one. */
  use(held: HeldEntry): void {
    held.usedAt = Date.now();
    if (held === this.#newest) return;
    if (held.newer !== undefined) this.remove(held);
    held.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = held;
    else this.#newest.newer = held;
    this.#newest = held;
  }

  remove(held: HeldEntry): void {
    const { older, newer } = held;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    held.older = undefined;
    held.newer = undefined;
  }

  clear(): void {
    this.#oldest = undefined;
    this.#newest = undefined;
  }
}
