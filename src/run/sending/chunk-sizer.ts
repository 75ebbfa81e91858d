/** Parts that a lane gets of what remains, if all were as large as the next one. */
const SHARES = 1.75;
/** Chunks are not made smaller than this share of the work that they should hold. */
const LEAST_SHARE = 1 / 16;

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
  /** Of finished items, the recent ones above all. */
  #items = 0;
  #busyMs = 0;
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
    this.#items = this.#items / 2 + items;
    this.#busyMs = this.#busyMs / 2 + busyMs;
    this.#waits = wallMs > 4 * busyMs + 1;
  }

  /** Milliseconds that so many items would take one thread; `undefined` while nothing is known. */
  expectedMs(items: number): number | undefined {
    return this.#items === 0 ? undefined : (this.#busyMs / this.#items) * items;
  }

  next(remaining: number): number {
    const itemMs = this.expectedMs(1);
    if (itemMs === undefined) return 1;
    const itemsIn = (ms: number): number => Math.max(1, Math.round(ms / Math.max(itemMs, 1e-4)));
    // Items that wait for something else are better spread than gathered.
    const most = this.#waits ? this.concurrency : itemsIn(this.#chunkMs);
    const share = Math.max(Math.ceil(remaining / (this.#lanes * SHARES)), itemsIn(this.#chunkMs * LEAST_SHARE));
    return Math.min(most, share, remaining);
  }
}
