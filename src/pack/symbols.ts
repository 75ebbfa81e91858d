/** Method by which an instance says what of it travels: `[getState]() { return { path: this.path }; }`. */
export const getState: unique symbol = Symbol.for('hypernodes.getState') as never;

/** Names the static method that makes an instance of what its `[getState]()` returned. */
export const fromState: unique symbol = Symbol.for('hypernodes.fromState') as never;

/**
 * Method by which an object or function says which export makes it again, for things whose class is not enough:
 * `[reduce]() { return { module: 'hypernodes', export: 'node', args: [spec] }; }`.
 */
export const reduce: unique symbol = Symbol.for('hypernodes.reduce') as never;

/** An export of a package and the arguments to call it with; the other side does so. */
export interface Reduction {
  /** As one imports it: `hypernodes/cache`. */
  readonly module: string;
  /** Name of the export; a dotted path for a member of one (`Point.from`). */
  readonly export: string;
  /** Anything that can be packed, except the object itself. */
  readonly args: readonly unknown[];
}

/** Whether a value says itself which export makes it again; not for a class that only inherited a static hook. */
export function isReduced(value: object): value is { [reduce](): Reduction } {
  if (typeof (value as { [reduce]?: unknown })[reduce] !== 'function') return false;
  return (
    typeof value !== 'function' || Object.hasOwn(value, reduce) || typeof Object.getPrototypeOf(value) !== 'function'
  );
}
