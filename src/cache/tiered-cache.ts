import type { Cache, CacheEntry, EntryHeader, EntryInfo, MaybePromise } from './cache.ts';
import { fromState, getState } from './travel.ts';

const isPromise = <T>(value: MaybePromise<T>): value is Promise<T> => value instanceof Promise;
const andThen = <T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> =>
  isPromise(value) ? value.then(next) : next(value);
const all = (results: MaybePromise<unknown>[]): MaybePromise<void> =>
  results.some(isPromise) ? Promise.all(results).then(() => undefined) : undefined;

/**
 * Several caches as one, fastest first: a result is looked for in their order, kept in all of them, and copied to the
 * faster ones when a slower one had it. Answers at once as long as all that were asked do.
 */
export class TieredCache implements Cache {
  readonly #tiers: readonly Cache[];

  /** @throws RangeError without any tier. */
  constructor(tiers: readonly Cache[]) {
    if (!Array.isArray(tiers) || tiers.length === 0) {
      throw new RangeError(
        'TieredCache: expected a list of caches, fastest first: new TieredCache([new MemoryCache(), new DiskCache(path)]).',
      );
    }
    this.#tiers = [...tiers];
  }

  get(key: string): MaybePromise<CacheEntry | undefined> {
    return this.#first(
      (tier) => tier.get(key),
      (entry, index) => andThen(all(this.#tiers.slice(0, index).map((tier) => tier.put(key, entry))), () => entry),
    );
  }

  head(key: string): MaybePromise<EntryHeader | undefined> {
    return this.#first((tier) => tier.head(key));
  }

  has(key: string): MaybePromise<boolean> {
    return andThen(
      this.#first((tier) => andThen(tier.has(key), (found) => (found ? true : undefined))),
      (found) => found === true,
    );
  }

  put(key: string, entry: CacheEntry): MaybePromise<void> {
    return all(this.#tiers.map((tier) => tier.put(key, entry)));
  }

  delete(key: string): MaybePromise<boolean> {
    const results = this.#tiers.map((tier) => tier.delete(key));
    return results.some(isPromise)
      ? Promise.all(results).then((deleted) => deleted.includes(true))
      : results.includes(true);
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
    const freed = this.#tiers.map((tier) => tier.evict(maxBytes));
    const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
    return freed.some(isPromise) ? Promise.all(freed).then(sum) : sum(freed as number[]);
  }

  record(name: string, text: string): MaybePromise<void> {
    return all(this.#tiers.map((tier) => tier.record?.(name, text)));
  }

  recall(name: string): MaybePromise<string | undefined> {
    return this.#first((tier) => tier.recall?.(name));
  }

  close(): MaybePromise<void> {
    return all(this.#tiers.map((tier) => tier.close()));
  }

  /** The first answer that is one, tier by tier. */
  #first<T>(
    ask: (tier: Cache) => MaybePromise<T | undefined>,
    found: (answer: T, index: number) => MaybePromise<T> = (answer) => answer,
    from = 0,
  ): MaybePromise<T | undefined> {
    for (let index = from; index < this.#tiers.length; index++) {
      const answer = ask(this.#tiers[index]!);
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
