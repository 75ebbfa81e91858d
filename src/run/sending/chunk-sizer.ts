/**
 * Decides how many items go into the next chunk, from how long those before it took.
 *
 * Chunks hold a fixed amount of work, so that sending costs little; towards the end they shrink, so that no lane is
 * left with the last large one.
 */
export class ChunkSizer {
  readonly #chunkMs: number;
  readonly #lanes: number;
  readonly #limit: number;
  #itemMs: number | undefined;
  #waits = false;

  /** @param limit Items that may be in progress at once. */
  constructor(options: { readonly chunkMs: number; readonly lanes: number; readonly limit: number }) {
    this.#chunkMs = options.chunkMs;
    this.#lanes = options.lanes;
    this.#limit = options.limit;
  }

  /** Chunks that may be on their way at once: two a lane, so that no lane waits for the next one. */
  get inFlight(): number {
    return Math.min(this.#limit, this.#lanes * 2);
  }

  /** Items that a chunk may have in progress at once. */
  get concurrency(): number {
    return Math.max(1, Math.floor(this.#limit / this.inFlight));
  }

  /** Learns from finished items: how long a thread was busy with them, and how long they took in all. */
  learn(items: number, busyMs: number, wallMs: number): void {
    if (items === 0) return;
    const itemMs = busyMs / items;
    this.#itemMs = this.#itemMs === undefined ? itemMs : (this.#itemMs + itemMs) / 2;
    this.#waits = wallMs > 4 * busyMs + 1;
  }

  /** Milliseconds that so many items would take one thread; `undefined` while nothing is known. */
  expectedMs(items: number): number | undefined {
    return this.#itemMs === undefined ? undefined : this.#itemMs * items;
  }

  next(remaining: number): number {
    if (this.#itemMs === undefined) return 1;
    const worth = Math.max(1, Math.round(this.#chunkMs / Math.max(this.#itemMs, 1e-4)));
    const share = Math.ceil(remaining / this.inFlight);
    // Items that wait for something else are better spread than gathered.
    return Math.min(worth, share, this.#waits ? this.concurrency : worth);
  }
}
