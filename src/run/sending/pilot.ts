import type { ChunkSizer } from './chunk-sizer.ts';

/** Milliseconds after which it is believed how long items take. */
const TRY_MS = 0.5;
/** So many times as many items with each step. */
const GROWTH = 4;

/** Decides how many of the first items of a map run in this thread: until it is clear whether sending the others is worth it. */
export class Pilot {
  readonly #sizer: ChunkSizer;
  readonly #items: number;
  readonly #overheadMs: number;
  #size = 0;
  #busyMs = 0;
  #startedAt = 0;
  #triedMs = 0;

  /** @param overheadMs Milliseconds that sending has to save. */
  constructor(sizer: ChunkSizer, items: number, overheadMs: number) {
    this.#sizer = sizer;
    this.#items = items;
    this.#overheadMs = overheadMs;
  }

  /**
   * How many more items to run here; 0 for none.
   *
   * @param started Items that have run.
   * @param busyMs Milliseconds for which they kept this thread busy. What waits can wait here as well as there.
   */
  readonly further = (started: number, busyMs: number): number => {
    const now = performance.now();
    if (this.#size > 0) {
      const wallMs = now - this.#startedAt;
      this.#sizer.learn(this.#size, busyMs - this.#busyMs, wallMs);
      this.#triedMs += wallMs;
    }
    this.#busyMs = busyMs;
    this.#startedAt = now;
    const remaining = this.#items - started;
    const expected = this.#sizer.expectedMs(remaining);
    // A first item takes longer than those after it, so a short look says nothing.
    if (expected !== undefined && expected > this.#overheadMs && this.#triedMs > TRY_MS) return 0;
    this.#size = Math.min(remaining, Math.max(1, this.#size * GROWTH));
    return this.#size;
  };
}
