/** Key of the method by which a callback tells, once a root run has started, that nothing in it concerns it. */
export const idleIn: unique symbol = Symbol('hypernodes.idleIn');

/** A callback that may have nothing to do in a run: events that only it would get are not made. */
export interface IdleCallback {
  readonly [idleIn]?: (runId: string) => boolean;
}
