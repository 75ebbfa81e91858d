/** Milliseconds that a rate looks back. */
const WINDOW_MS = 10_000;
const SAMPLE_MS = 250;

/** How fast a counter goes up, looking back a few seconds. */
export class RateMeter {
  readonly #samples: { readonly time: number; readonly count: number }[];

  constructor(time: number) {
    this.#samples = [{ time, count: 0 }];
  }

  /** Counts per second at `time`; 0 until it is known. */
  rate(count: number, time: number): number {
    const samples = this.#samples;
    const last = samples[samples.length - 1]!;
    if (time - last.time >= SAMPLE_MS) samples.push({ time, count });
    while (samples.length > 1 && time - samples[1]!.time > WINDOW_MS) samples.shift();
    const oldest = samples[0]!;
    const elapsed = time - oldest.time;
    return elapsed <= 0 ? 0 : Math.max(0, ((count - oldest.count) * 1000) / elapsed);
  }
}
