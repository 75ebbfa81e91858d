import { TimeoutError } from '../errors.ts';

/** The error for something that took longer than it may. */
export function timedOut(path: string, phase: string, limitMs: number): TimeoutError {
  return new TimeoutError('TIMEOUT', `${path}: the ${phase} took longer than its limit of ${limitMs} ms.`, {
    path,
    hint: `Raise 'timeout', or make the work stop early by watching the context's signal.`,
  });
}
