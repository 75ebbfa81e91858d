import type { NodeDefinition, Step } from '../../graph/index.ts';
import type { Execution } from '../execution.ts';
import { type CallSettings, LeafCall } from '../leaf-call.ts';
import { andThen, type MaybePromise } from '../maybe-promise.ts';
import { loadSlots } from './cached-value.ts';

/** Calls a node without asking the cache for its result; what it reads from the cache is loaded first. */
export function callUncached(
  execution: Execution,
  step: Step,
  definition: NodeDefinition,
  how: CallSettings = {},
): MaybePromise<unknown> {
  const { batches } = execution.settings;
  return andThen(loadSlots(step.inputSlots, execution.values), () => {
    const settings = watching(execution, step, definition, how);
    return definition.batch !== undefined && batches !== undefined
      ? batches.call(execution, step, definition, settings)
      : new LeafCall(execution, step, definition, settings).start();
  });
}

/** The same settings, with the result kept only if the node left its inputs as they were. */
function watching(execution: Execution, step: Step, definition: NodeDefinition, how: CallSettings): CallSettings {
  const changed = execution.scope.root.guard.watch(execution, step, definition);
  if (changed === undefined) return how;
  return { ...how, keep: (result, durationMs) => (changed() ? undefined : how.keep?.(result, durationMs)) };
}
