import type { Plan } from '../../graph/index.ts';
import type { Sending } from './job.ts';

/**
 * How long a thread that runs this plan may be too busy to answer, in milliseconds, before some limit must have passed:
 * the limit of the whole, or the longest of its nodes when each of them has one. `undefined`: as long as it likes.
 */
export function patienceOf(plan: Plan, timeout: number | undefined): number | undefined {
  let longest = 0;
  for (const { definition } of plan.steps) {
    const limit = definition.kind === 'node' ? definition.options.timeout : undefined;
    if (limit === undefined) return timeout;
    longest = Math.max(longest, limit);
  }
  return timeout === undefined ? longest : Math.min(timeout, longest);
}

/** How often a job has to say that its place still answers; `undefined`: nobody wants to know. */
export function signsEvery(sending: Sending, patience: number | undefined): number | undefined {
  return sending.needsSigns && patience !== undefined ? Math.min(1000, Math.max(10, patience / 4)) : undefined;
}
