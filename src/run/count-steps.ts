import type { Step } from '../graph/index.ts';
import type { Execution, Failure } from './execution.ts';

/** Counts a step as ended: run, taken from the cache, or failed. */
export function countEnd(execution: Execution, step: Step, failure?: Failure): void {
  const { index } = step;
  const counter = execution.settings.counter!;
  const savedMs = execution.savedMs?.[index];
  if (failure !== undefined) counter.nodeFailed(index, execution.pathOf(step), failure.error);
  else if (savedMs === undefined) counter.nodeEnded(index);
  else {
    counter.nodeCached(index);
    counter.saved(index, savedMs);
  }
}
