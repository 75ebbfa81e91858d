/** Key of the method that gives what of a thing travels to another process. */
export const getState: unique symbol = Symbol.for('hypernodes.getState') as never;

/** Key of the static method that makes a thing from what {@link getState} gave. */
export const fromState: unique symbol = Symbol.for('hypernodes.fromState') as never;
