/** Method by which an instance says what to rebuild it from elsewhere; shared with `hypernodes/pack`. */
export const getState: unique symbol = Symbol.for('hypernodes.getState') as never;
/** Static method that rebuilds an instance from such a state. */
export const fromState: unique symbol = Symbol.for('hypernodes.fromState') as never;
