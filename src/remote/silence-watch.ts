/** What the way home may take of the time, in milliseconds. */
const ON_THE_WAY_MS = 1000;

/**
 * Gives a signal when a place that says now and then that it still answers has not done so for too long.
 *
 * Time counts from the first sign: before, nothing runs there.
 */
export class SilenceWatch {
  readonly #controller = new AbortController();
  readonly #limitMs: number;
  #timer: NodeJS.Timeout | undefined;
  #heardAt = 0;
  #wasSilent = false;

  /** @param patienceMs How long the place may be too busy to answer. */
  constructor(patienceMs: number) {
    this.#limitMs = patienceMs + ON_THE_WAY_MS;
  }

  /** Aborted when it was silent for too long. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    this.#heardAt = performance.now();
    this.#wasSilent = false;
    this.#timer ??= setInterval(() => this.#look(), Math.min(this.#limitMs / 4, 1000)).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Twice in a row, because a sign may have come that this thread was too busy to take. */
  #look(): void {
    if (performance.now() - this.#heardAt < this.#limitMs) return;
    if (this.#wasSilent) this.#controller.abort();
    this.#wasSilent = true;
  }
}
