import { AsyncLocalStorage } from 'node:async_hooks';

/** What code that runs in a container can know of the call that it serves. */
export interface CurrentCall {
  readonly id: string;
  readonly app: string;
  readonly function: string;
  /** From 1. */
  readonly attempt: number;
  /** Aborted when the call is cancelled or takes too long, shortly before it is killed. */
  readonly signal: AbortSignal;
}

// Found by name: this module may be loaded twice in a process, as part of the runner and of the library.
const key = Symbol.for('hypernodes.current-call');
const holder = globalThis as { [key]?: AsyncLocalStorage<CurrentCall> };

/** @internal */
export function runAsCall<T>(call: CurrentCall, run: () => T): T {
  holder[key] ??= new AsyncLocalStorage();
  return holder[key].run(call, run);
}

/** The remote call that this code runs in; `undefined` when it runs as a plain call. */
export function currentCall(): CurrentCall | undefined {
  return holder[key]?.getStore();
}
