import { AbortError, OutputError, PackError, RemoteError, TimeoutError, UnpackError } from '../../errors.ts';
import type { FunctionDefinition } from '../provider.ts';

/** For a call that was cancelled by `cancel()` or by closing its provider. */
export function cancelled(why = 'The call was cancelled.'): RemoteError {
  return new RemoteError('REMOTE_CANCELLED', why);
}

/** For a call whose signal was aborted. */
export function aborted(reason: unknown): AbortError {
  return new AbortError('ABORTED', 'The remote call was aborted.', { cause: reason });
}

export function tookTooLong({ app, name }: FunctionDefinition, seconds: number): TimeoutError {
  return new TimeoutError('TIMEOUT', `${app}.${name}: running took longer than its limit of ${seconds} s.`, {
    hint: "Raise 'timeout', or make the work stop early by watching currentCall().signal.",
  });
}

/** Whether another attempt could end differently. */
export function isWorthRepeating(error: unknown): boolean {
  if (error instanceof RemoteError) return error.code !== 'REMOTE_CANCELLED' && error.code !== 'REMOTE_BUILD';
  return !(error instanceof PackError || error instanceof UnpackError || error instanceof OutputError);
}
