import type { CallQueue } from './call-queue.ts';
import type { PendingCall } from './pending-call.ts';

/** Decides how many of the calls that wait are sent as one: a batch when it is full, or when its first call waited long enough. */
export class BatchGatherer {
  readonly #maxSize: number;
  readonly #waitMs: number;
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;

  constructor({ maxSize, waitMs }: { readonly maxSize: number; readonly waitMs: number }, onDue: () => void) {
    this.#maxSize = maxSize;
    this.#waitMs = waitMs;
    this.#onDue = onDue;
  }

  /** The next batch, if it is time for one. */
  take(queue: CallQueue): readonly PendingCall[] {
    if (queue.length === 0) return [];
    if (queue.length < this.#maxSize && !this.#isDue) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#isDue = true;
        this.#onDue();
      }, this.#waitMs);
      return [];
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
    const calls: PendingCall[] = [];
    const first = queue.take();
    if (first) calls.push(first);
    while (calls.length < this.#maxSize) {
      const call = queue.take();
      if (!call) break;
      calls.push(call);
    }
    return calls;
  }
}
