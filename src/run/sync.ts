import { SyncError } from '../errors.ts';
import type { Definition } from '../graph/index.ts';
import type { Scope } from './scope.ts';

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

/** Refuses an engine that has things done elsewhere, in `runSync`. */
export function refuseEngine({ engine, pipeline }: Scope): never {
  throw new SyncError(
    'SYNC_PROMISE',
    `${pipeline.name}: its engine (${engine?.place}) answers with promises; found in runSync.`,
    {
      path: pipeline.name,
      hint: 'Use run() instead, or run it in this thread: runSync(inputs, { engine: null }).',
    },
  );
}

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Waits without giving up the thread; only for back-off in `runSync`, where nothing else can run anyway. */
export function sleepSync(ms: number): void {
  Atomics.wait(cell, 0, 0, ms);
}
