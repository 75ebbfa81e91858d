/** Work, in microseconds, that may wait in a container beyond what runs: as long as it takes to bring it more. */
const AHEAD_MICROS = 4000;
const MOST_CALLS = 512;
/** Calls this large are not sent ahead. */
const MOST_BYTES = 1024 * 1024;
/** Share of the newest measurement in the mean. */
const WEIGHT = 0.2;

/** How many calls to send ahead to a container: many if they are tiny, none if they take longer than sending does. */
export class LookAhead {
  #meanMicros: number | undefined;

  measured(micros: number): void {
    // One long call among tiny ones counts at once, a tiny one among long ones little by little.
    const mean = this.#meanMicros;
    this.#meanMicros = mean === undefined || micros > mean * 10 ? micros : mean + (micros - mean) * WEIGHT;
  }

  /** @param bytes Of what is under way already. */
  calls(bytes: number): number {
    if (this.#meanMicros === undefined || bytes > MOST_BYTES) return 0;
    return Math.min(MOST_CALLS, Math.floor(AHEAD_MICROS / Math.max(this.#meanMicros, 1)));
  }
}
