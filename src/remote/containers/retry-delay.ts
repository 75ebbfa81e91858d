import type { RetrySettings } from '../provider.ts';

/** Milliseconds until the next attempt, after so many that failed; `undefined` when there is none. */
export function retryDelay(retries: RetrySettings | undefined, failed: number): number | undefined {
  if (!retries || failed > retries.maxRetries) return undefined;
  const { initialDelay, backoffCoefficient, maxDelay } = retries;
  return 1000 * Math.min(initialDelay * backoffCoefficient ** (failed - 1), maxDelay);
}
