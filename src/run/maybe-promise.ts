/** A value, or a promise of it. Synchronous nodes must not pay for a microtask. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a value has to be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** Goes on with a value now, or when it is there. */
export function andThen<T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> {
  // Anybody's cache may answer with something that only has a `then`.
  return isThenable(value) ? Promise.resolve(value as Promise<T>).then(next) : next(value as T);
}
