/** Value, or a promise of it: caches in this process answer at once, remote ones later. */
export type MaybePromise<T> = T | Promise<T>;

/** Also of another realm, or of another library: a cache may be anybody's. */
export const isPromise = <T>(value: MaybePromise<T>): value is Promise<T> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** Goes on with a value as soon as it is there. */
export const andThen = <T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> =>
  isPromise(value) ? Promise.resolve(value).then(next) : next(value);
