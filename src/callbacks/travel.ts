/** Key of the method that gives what of a callback travels to another process: its options. */
export const getState: unique symbol = Symbol.for('hypernodes.getState');

/** Key of the static method that makes a callback from what {@link getState} gave. */
export const fromState: unique symbol = Symbol.for('hypernodes.fromState');
