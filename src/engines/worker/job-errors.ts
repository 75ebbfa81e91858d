import { RemoteError } from '../../errors.ts';

/** For a job that its engine will not do any more. */
export function engineClosed(path: string): RemoteError {
  return new RemoteError('REMOTE_CANCELLED', `${path}: its engine was closed.`, { path });
}

/** For a job that was in a thread when that ended. */
export function threadEnded(
  path: string,
  { code, failure, isReady }: { readonly code: number; readonly failure: unknown; readonly isReady: boolean },
): RemoteError {
  if ((failure as { code?: unknown } | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new RemoteError('REMOTE_OUT_OF_MEMORY', `${path}: its worker thread ran out of memory.`, {
      path,
      cause: failure,
      hint: `Give threads more: new WorkerEngine({ memory: 4096 }), in MiB.`,
    });
  }
  const how = failure === undefined ? `ended with exit code ${code}` : `ended by an uncaught error: ${String(failure)}`;
  if (!isReady) {
    return new RemoteError('REMOTE_START', `${path}: its worker thread ${how} while it was starting.`, {
      path,
      cause: failure,
    });
  }
  return new RemoteError('REMOTE_CRASHED', `${path}: its worker thread ${how}.`, {
    path,
    cause: failure,
    hint: 'A node must not call process.exit(), and must catch the errors of what it leaves running.',
  });
}
