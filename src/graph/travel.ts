/** Key of the method that says which export of this package makes a unit again in another process, and of what. */
export const reduce: unique symbol = Symbol.for('hypernodes.reduce');

/** Key of the method that gives what of a resource travels to another process. */
export const getState: unique symbol = Symbol.for('hypernodes.getState');

/** Key of the static method that makes a resource from what {@link getState} gave. */
export const fromState: unique symbol = Symbol.for('hypernodes.fromState');

/** What a {@link reduce} method returns. */
export interface Reduction {
  readonly module: 'hypernodes';
  /** The export, or a member of one after a dot. */
  readonly export: string;
  readonly args: readonly unknown[];
}
