import { SyncError } from '../errors.ts';
import type { Definition } from '../graph/index.ts';

/** Refuses a promise in `runSync`; what it settles to is nobody's concern any more. */
export function refusePromise(promise: PromiseLike<unknown>, definition: Definition, path: string): never {
  promise.then(undefined, () => {});
  throw new SyncError('SYNC_PROMISE', `${path}: node '${definition.name}' returned a promise in runSync.`, {
    path,
    hint: 'Use run() instead, or make the node synchronous.',
  });
}

/** Refuses a cache that answers later, in `runSync`. */
export function refuseCachePromise(promise: PromiseLike<unknown>, path: string): never {
  promise.then(undefined, () => {});
  throw new SyncError('SYNC_PROMISE', `${path}: its cache answered with a promise in runSync.`, {
    path,
    hint: 'Use run() instead, or a cache that answers at once: MemoryCache, DiskCache, FileCache.',
  });
}

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Waits without giving up the thread; only for back-off in `runSync`, where nothing else can run anyway. */
export function sleepSync(ms: number): void {
  Atomics.wait(cell, 0, 0, ms);
}
