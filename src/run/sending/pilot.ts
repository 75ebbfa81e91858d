import type { ChunkSizer } from './chunk-sizer.ts';

/** Milliseconds after which it is believed how long items take. */
const TRY_MS = 0.2;
/** So many times as many items with each step. */
const GROWTH = 4;

/** Decides how many of the first items of a map run in this thread: until it is clear whether sending the others is worth it. */
export class Pilot {
  readonly #sizer: ChunkSizer;
  readonly #items: number;
  readonly #overheadMs: number;
  #size = 0;
  #steps = 0;
  #busyMs = 0;
  #startedAt = 0;
  #triedMs = 0;
  /** Milliseconds per item in the step before, and in the last one. */
  #itemMs: readonly [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];

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
    let stepMs = 0;
    if (this.#size > 0) {
      stepMs = busyMs - this.#busyMs;
      const wallMs = now - this.#startedAt;
      this.#sizer.learn(this.#size, stepMs, wallMs);
      this.#triedMs += wallMs;
      this.#itemMs = [this.#itemMs[1], stepMs / this.#size];
    }
    this.#busyMs = busyMs;
    this.#startedAt = now;
    const remaining = this.#items - started;
    // A first item takes longer than those after it, and any of them while the machine does something else.
    const expectedMs = Math.min(...this.#itemMs) * remaining;
    const seemsWorthIt = this.#size > 0 && expectedMs > this.#overheadMs && this.#triedMs > TRY_MS;
    // One item proves nothing, unless another one like it would cost more than to send them in vain.
    if (seemsWorthIt && (this.#steps > 1 || stepMs > this.#overheadMs)) return 0;
    this.#size = Math.min(remaining, seemsWorthIt ? 1 : Math.max(1, this.#size * GROWTH));
    this.#steps++;
    return this.#size;
  };
}
