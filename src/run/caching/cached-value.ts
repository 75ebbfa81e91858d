import { andThen, isThenable, type MaybePromise } from '../maybe-promise.ts';

/**
 * A value that the cache has and nobody has asked for yet; it stands in the slot of the value itself.
 *
 * Only what reaches a running node or the caller is ever loaded. Events show it in place of the value.
 */
export class CachedValue {
  /** Digest of the value. */
  readonly digest: string;
  /** The items of a list that was never put together, each perhaps a cached value itself. */
  readonly items: readonly unknown[] | undefined;
  /** Whether its entry was gone and another value was computed in its place, which the digest is not of. */
  outdated = false;
  readonly #load: () => MaybePromise<unknown>;

  constructor(digest: string, load: () => MaybePromise<unknown>, items?: readonly unknown[]) {
    this.digest = digest;
    this.items = items;
    this.#load = load;
  }

  /** The value; computed anew when its entry turns out to be gone or damaged. */
  load(): MaybePromise<unknown> {
    return this.#load();
  }

  /** A list with cached values among its items, as one value. */
  static list(digest: string, items: readonly unknown[]): CachedValue {
    const list: CachedValue = new CachedValue(
      digest,
      () =>
        andThen(loadItems(items), (loaded) => {
          list.outdated = items.some((item) => item instanceof CachedValue && item.outdated);
          return loaded;
        }),
      items,
    );
    return list;
  }
}

/** A list with its cached items loaded. */
export function loadItems(items: readonly unknown[]): MaybePromise<unknown[]> {
  const loaded = items.map((item) => (item instanceof CachedValue ? item.load() : item));
  return loaded.some(isThenable) ? Promise.all(loaded) : loaded;
}

/** Loads what is cached among these slots, in place; a promise when a cache needs time. */
export function loadSlots(slots: readonly number[], values: unknown[]): MaybePromise<void> {
  let pending: Promise<void>[] | undefined;
  for (const slot of slots) {
    const value = values[slot];
    if (!(value instanceof CachedValue)) continue;
    const loaded = value.load();
    if (isThenable(loaded)) {
      pending ??= [];
      pending.push(
        (loaded as Promise<unknown>).then((settled) => {
          values[slot] = settled;
        }),
      );
    } else values[slot] = loaded;
  }
  return pending === undefined ? undefined : Promise.all(pending).then(() => undefined);
}
