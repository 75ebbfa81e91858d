/** Something that has work ready and waits for a permit. */
export interface Waiter {
  resume(): void;
}

/** A first-in-first-out queue without the cost of `Array.shift` on long ones. */
class Queue<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T {
    const item = this.#items[this.#head] as T;
    this.#items[this.#head++] = undefined;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

/**
 * The number of node functions that may be in progress at once, shared by everything below one root run.
 *
 * Only leaves hold permits, never a pipeline around them, so that nesting cannot deadlock.
 */
export class Budget {
  readonly limit: number;
  readonly #parent: Budget | undefined;
  readonly #waiting = new Queue<Waiter>();
  #active = 0;
  #closed = false;

  /** @param parent A wider budget that each permit of this one counts against too. */
  constructor(limit: number, parent?: Budget) {
    this.limit = limit;
    this.#parent = parent;
  }

  /** How many are in progress. */
  get active(): number {
    return this.#active;
  }

  /** Whether one more may start now. */
  get free(): boolean {
    return !this.#closed && this.#active < this.limit && (this.#parent === undefined || this.#parent.free);
  }

  /** Gives no more permits: the run was aborted, and synchronous nodes look at nothing else between two calls. */
  close(): void {
    this.#closed = true;
  }

  take(): void {
    this.#active++;
    this.#parent?.take();
  }

  /** Takes a permit as soon as there is one. */
  acquire(): Promise<void> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        resume: () => {
          if (!this.free) return this.wait(waiter);
          this.take();
          resolve();
        },
      };
      waiter.resume();
    });
  }

  release(): void {
    this.#active--;
    this.#parent?.release();
    this.#wake();
  }

  /** Calls `waiter.resume()` once a permit may be free; first come, first served. */
  wait(waiter: Waiter): void {
    if (this.#active < this.limit && this.#parent !== undefined) this.#parent.wait(waiter);
    else this.#waiting.push(waiter);
  }

  #wake(): void {
    while (this.#waiting.size > 0 && this.#active < this.limit) {
      const waiter = this.#waiting.shift();
      if (this.free) {
        waiter.resume();
      } else {
        // Only the wider budget lacks a permit: all queue there, for whoever is woken may have given up meanwhile, and
        // would wake nobody else.
        this.#parent?.wait(waiter);
      }
    }
  }
}
