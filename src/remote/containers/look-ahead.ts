/** Work, in milliseconds, that may wait in a container beyond what runs: as long as it takes to bring it more. */
const AHEAD_MS = 4;
const MOST_CALLS = 512;
/** Calls this large are not sent ahead. */
const MOST_BYTES = 1024 * 1024;
/** Share of the newest measurement in the mean. */
const WEIGHT = 0.2;

/** How many calls to send ahead to a container: many if they are tiny, none if they take longer than sending does. */
export class LookAhead {
  /** Milliseconds of work that may wait. */
  readonly aheadMs: number;
  readonly #bringsMany: boolean;
  #meanMicros: number | undefined;
  #isFilling = false;

  /** @param aheadMs Milliseconds of work that may wait; with it, more is brought only when half of that is left, so that many calls are sent as one. */
  constructor(aheadMs?: number) {
    this.aheadMs = aheadMs ?? AHEAD_MS;
    this.#bringsMany = aheadMs !== undefined;
  }

  measured(micros: number): void {
    // One long call among tiny ones counts at once, a tiny one among long ones little by little.
    const mean = this.#meanMicros;
    this.#meanMicros = mean === undefined || micros > mean * 10 ? micros : mean + (micros - mean) * WEIGHT;
  }

  /**
   * Whether another call may be sent to a container in which so many wait.
   *
   * @param bytes Of what is under way already.
   */
  takes(waiting: number, bytes: number): boolean {
    const most = this.#calls(bytes);
    if (waiting >= most) this.#isFilling = false;
    else if (!this.#bringsMany || waiting <= most / 2) this.#isFilling = true;
    return this.#isFilling;
  }

  #calls(bytes: number): number {
    if (this.#meanMicros === undefined || bytes > MOST_BYTES) return 0;
    return Math.min(MOST_CALLS, Math.floor((this.aheadMs * 1000) / Math.max(this.#meanMicros, 1)));
  }
}
