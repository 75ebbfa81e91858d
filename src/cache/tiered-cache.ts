import type { Cache, CacheEntry, EntryHeader, EntryInfo } from './cache.ts';
import { andThen, isPromise, type MaybePromise } from './maybe-promise.ts';
import { fromState, getState } from './travel.ts';

const all = <T>(results: MaybePromise<T>[]): MaybePromise<T[]> =>
  results.some(isPromise) ? Promise.all(results) : (results as T[]);
/** What an action gives, or what `failed` makes of its error, whether it comes at once or later. */
function guarded<T>(action: () => MaybePromise<T>, failed: (error: unknown) => T): MaybePromise<T> {
  try {
    const result = action();
    return isPromise(result) ? Promise.resolve(result).then(undefined, failed) : result;
  } catch (error) {
    return failed(error);
  }
}

/**
 * Several caches as one, fastest first: a result is looked for in their order, kept in all of them, and copied to the
 * faster ones when a slower one had it. Answers at once as long as all that were asked do. A cache that fails is told of
 * once and the others go on without it; only when all of them fail to keep a result does `put` fail.
 */
export class TieredCache implements Cache {
  readonly #tiers: readonly Cache[];
  readonly #reported = new Set<Cache>();

  /** @throws RangeError without any tier. */
  constructor(tiers: readonly Cache[]) {
    if (!Array.isArray(tiers) || tiers.length === 0) {
      throw new RangeError(
        'TieredCache: expected a list of caches, fastest first: new TieredCache([new MemoryCache(), new DiskCache(path)]).',
      );
    }
    this.#tiers = [...tiers];
  }

  /** Whatever the others know, one shared tier is enough for an entry to be found. */
  get shared(): boolean {
    return this.#tiers.some((tier) => tier.shared === true);
  }

  get(key: string): MaybePromise<CacheEntry | undefined> {
    return this.#entry(key, (tier) => tier.get(key));
  }

  getLazy(key: string): MaybePromise<CacheEntry | undefined> {
    // Whoever extends this class may give something else.
    if (this.get !== TieredCache.prototype.get) return this.get(key);
    return this.#entry(key, (tier, index) => {
      // What is kept in another tier has to have all parts of its header.
      return index === 0 && tier.getLazy !== undefined ? tier.getLazy(key) : tier.get(key);
    });
  }

  #entry(
    key: string,
    ask: (tier: Cache, index: number) => MaybePromise<CacheEntry | undefined>,
  ): MaybePromise<CacheEntry | undefined> {
    return this.#first(ask, (entry, index) => {
      if (index === 0) return entry;
      // The faster ones keep their bytes; the caller may change what it gets.
      const kept = { header: entry.header, value: Uint8Array.prototype.slice.call(entry.value) };
      return andThen(
        this.#each(this.#tiers.slice(0, index), (tier) => tier.put(key, kept)),
        () => entry,
      );
    });
  }

  head(key: string): MaybePromise<EntryHeader | undefined> {
    return this.#first((tier) =>
      tier.head === undefined ? andThen(tier.get(key), (entry) => entry?.header) : tier.head(key),
    );
  }

  has(key: string): MaybePromise<boolean> {
    return andThen(
      this.#first((tier) => andThen(tier.has(key), (found) => (found ? true : undefined))),
      (found) => found === true,
    );
  }

  put(key: string, entry: CacheEntry): MaybePromise<void> {
    return andThen(
      this.#each(this.#tiers, (tier) => tier.put(key, entry)),
      (failures) => {
        if (failures.length === this.#tiers.length) throw failures[0]!.error;
      },
    );
  }

  delete(key: string): MaybePromise<boolean> {
    return andThen(all(this.#tiers.map((tier) => tier.delete(key))), (deleted) => deleted.includes(true));
  }

  async *entries(): AsyncIterable<EntryInfo> {
    const seen = new Set<string>();
    for (const tier of this.#tiers) {
      for await (const info of tier.entries()) {
        if (seen.has(info.key)) continue;
        seen.add(info.key);
        yield info;
      }
    }
  }

  /** Applies the limit to each tier. */
  evict(maxBytes: number): MaybePromise<number> {
    return andThen(all(this.#tiers.map((tier) => tier.evict(maxBytes))), (freed) => freed.reduce((a, b) => a + b, 0));
  }

  record(name: string, text: string): MaybePromise<void> {
    return andThen(
      this.#each(this.#tiers, (tier) => tier.record?.(name, text)),
      () => undefined,
    );
  }

  recall(name: string): MaybePromise<string | undefined> {
    return this.#first((tier) => tier.recall?.(name));
  }

  close(): MaybePromise<void> {
    return andThen(all(this.#tiers.map((tier) => tier.close())), () => undefined);
  }

  /** Has each of these tiers do something, all of them even if some fail; gives the failures. */
  #each(tiers: readonly Cache[], act: (tier: Cache) => MaybePromise<void>): MaybePromise<{ error: unknown }[]> {
    const failures: { error: unknown }[] = [];
    const results = tiers.map((tier) =>
      guarded<void>(
        () => act(tier),
        (error) => {
          failures.push({ error });
          this.#report(tier, error);
        },
      ),
    );
    return andThen(all(results), () => failures);
  }

  #report(tier: Cache, error: unknown): void {
    if (this.#reported.has(tier)) return;
    this.#reported.add(tier);
    const message = error instanceof Error ? error.message : String(error);
    process.emitWarning(
      `TieredCache: tier ${this.#tiers.indexOf(tier)} (${tier.constructor.name}) failed, the others go on without it: ${message}`,
      { code: 'HYPERNODES_CACHE_TIER_FAILED' },
    );
  }

  /** The first answer that is one, tier by tier; a tier that fails has none. */
  #first<T>(
    ask: (tier: Cache, index: number) => MaybePromise<T | undefined>,
    found: (answer: T, index: number) => MaybePromise<T> = (answer) => answer,
    from = 0,
  ): MaybePromise<T | undefined> {
    for (let index = from; index < this.#tiers.length; index++) {
      const tier = this.#tiers[index]!;
      const answer = guarded<T | undefined>(
        () => ask(tier, index),
        (error) => {
          this.#report(tier, error);
          return undefined;
        },
      );
      if (isPromise(answer)) {
        return answer.then((settled) =>
          settled === undefined ? this.#first(ask, found, index + 1) : found(settled, index),
        );
      }
      if (answer !== undefined) return found(answer, index);
    }
    return undefined;
  }

  [getState](): readonly Cache[] {
    return this.#tiers;
  }

  static [fromState](tiers: readonly Cache[]): TieredCache {
    return new TieredCache(tiers);
  }
}
