import { gather, type Plan } from '../graph/index.ts';

/** What a finished plan returns: its outputs by name. */
export function outputsOf(plan: Plan, values: readonly unknown[]): Record<string, unknown> {
  return gather(plan.Outputs, plan.outputSlots, values);
}
