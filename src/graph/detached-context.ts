import type { NodeContext, NodeLog } from './types/node-context.ts';

const nothing = (): void => {};
const silentLog: NodeLog = Object.assign(() => {}, { debug: nothing, info: nothing, warn: nothing, error: nothing });

/** The context of a node that is called as a plain function, outside of any run. */
export function detachedContext(path: string): NodeContext {
  let signal: AbortSignal | undefined;
  return {
    get signal() {
      signal ??= new AbortController().signal;
      return signal;
    },
    log: silentLog,
    path,
    attempt: 1,
    progress: nothing,
  };
}
