import { gather, type NodeDefinition, type Step } from '../graph/index.ts';
import type { Budget } from './budget.ts';
import { isThenable } from './maybe-promise.ts';

/** Where a stretch of plain steps stands. */
export interface Cursor {
  at: number;
}

/**
 * Calls one plain node function after another, nothing else: no events, cache, context, retries or limits.
 *
 * Stops early at a step that returned a promise, which is then in that step's output slot, or when the budget has no
 * permit. `cursor.at` is the step it stopped at, or that threw.
 */
export function runPlainSteps(steps: readonly Step[], values: unknown[], budget: Budget, cursor: Cursor): void {
  for (cursor.at = 0; cursor.at < steps.length; cursor.at++) {
    if (!budget.free) return;
    const step = steps[cursor.at]!;
    const { run } = step.definition as NodeDefinition;
    const result = run(gather(step.Arguments, step.inputSlots, values), undefined as never);
    values[step.outputSlot] = result;
    if (isThenable(result)) return;
  }
}
