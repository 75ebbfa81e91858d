import type { Plan } from '../../graph/index.ts';

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
