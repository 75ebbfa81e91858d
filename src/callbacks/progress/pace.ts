/** How often a clock that ticks in items is looked at; milliseconds. */
const OFTEN_MS = 10;
const SELDOM_MS = 40;
const MOST_ITEMS = 64;

/** How many items may pass until it is worth looking at the clock again: many quick ones, or a single slow one. */
export class Pace {
  #items = 1;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** @param now Milliseconds. */
  next(now: number): number {
    const elapsed = now - this.#lookedAt;
    this.#lookedAt = now;
    if (elapsed < OFTEN_MS) this.#items = Math.min(MOST_ITEMS, this.#items * 2);
    else if (elapsed > SELDOM_MS) this.#items = Math.max(1, Math.floor((this.#items * OFTEN_MS) / elapsed));
    return this.#items;
  }
}
