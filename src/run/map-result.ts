import type { RunReport } from '../events/index.ts';
import type { ItemFailure } from './map-run.ts';
import { displayMap, jupyterDisplay, type MimeBundle } from './notebook/index.ts';

/** What a map did. */
export interface MapStats {
  /** Number of items. */
  readonly items: number;
  /** Node executions, over all items. */
  readonly executed: number;
  /** Node executions that the cache spared. */
  readonly cached: number;
  /** Items that failed. */
  readonly failed: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** The results of a map in the order of its items: a read-only array of output objects, with holes where items failed. */
export interface MapResult<T> extends ReadonlyArray<T> {
  /** Failed items of a map that collects errors, in their order. */
  readonly failures: readonly ItemFailure[];
  readonly stats: MapStats;
  /** What each node did, if the map was asked for it with `report: true`. */
  readonly report?: RunReport;
  /** One output of every item; `undefined` where an item failed. */
  column<K extends keyof NonNullable<T>>(name: K): (NonNullable<T>[K] | Extract<T, undefined>)[];
  /** One output of every item; `fallback` where an item failed. */
  column<K extends keyof NonNullable<T>, F>(name: K, fallback: F): (NonNullable<T>[K] | F)[];
}

const made = new WeakSet<object>();

/** Tests, by `instanceof`, whether something is the result of a map. */
// biome-ignore lint/complexity/noStaticOnlyClass: what stands to the right of `instanceof` is a class.
export const MapResult: { readonly [Symbol.hasInstance]: (value: unknown) => boolean } = class MapResult {
  static [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && made.has(value);
  }
};

function column(this: readonly unknown[], name: PropertyKey, fallback?: unknown): unknown[] {
  return Array.from(this, (item) => (item === undefined ? fallback : (item as Record<PropertyKey, unknown>)[name]));
}

function display(this: MapResult<unknown>): MimeBundle {
  return displayMap(this);
}

/**
 * Turns the results of a finished map into what its caller gets; `results` itself is not copied.
 *
 * It stays an array without a class of its own, and what it knows besides is not enumerable: so it prints as an array, and
 * is equal to one under `assert.deepStrictEqual` and the like.
 */
export function mapResult<T>(results: T[], failures: readonly ItemFailure[], stats: MapStats): MapResult<T> {
  made.add(results);
  return Object.defineProperties(results, {
    failures: { value: Object.freeze([...failures]) },
    stats: { value: stats },
    column: { value: column },
    [jupyterDisplay]: { value: display },
  }) as unknown as MapResult<T>;
}
