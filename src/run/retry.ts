import { RemoteError } from '../errors.ts';
import type { RetryPolicy } from '../graph/index.ts';
import { LONGEST_DELAY_MS } from './timer.ts';

/**
 * Milliseconds before the next attempt, or `undefined` when there shall be none.
 *
 * Exponential back-off with partial jitter (Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
 *
 * @param attempt Number of the attempt that failed, from 1.
 */
export function retryDelay(
  retries: number | RetryPolicy | undefined,
  error: unknown,
  attempt: number,
): number | undefined {
  if (retries === undefined) return undefined;
  const policy: RetryPolicy = typeof retries === 'number' ? { retries } : retries;
  if (attempt > policy.retries || isCancelled(error)) return undefined;
  if (policy.when !== undefined && !policy.when(error, attempt)) return undefined;
  const { delay = 100, factor = 2, maxDelay = 30_000, jitter = 0.5 } = policy;
  if (delay === 0) return 0;
  const full = Math.min(delay * factor ** (attempt - 1), maxDelay, LONGEST_DELAY_MS);
  return full * (1 - jitter * Math.random());
}

/** Whether something ended because nobody wants it any more: to repeat it would bring it back. */
export const isCancelled = (error: unknown): boolean =>
  error instanceof RemoteError && error.code === 'REMOTE_CANCELLED';
