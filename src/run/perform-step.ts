import { gather, type NodeDefinition, type Step } from '../graph/index.ts';
import { CachedStep } from './caching/cached-step.ts';
import { callUncached } from './caching/uncached-call.ts';
import type { Execution } from './execution.ts';
import { LeafCall } from './leaf-call.ts';
import { isThenable } from './maybe-promise.ts';
import { refusePromise } from './sync.ts';

/** Begins a step in the way that its definition and the run ask for. Returns its result, or a promise of it. */
export function performStep(execution: Execution, step: Step): unknown {
  const { definition } = step;
  const { scope, settings, stopped } = execution;
  if (stopped !== undefined) throw stopped;
  if (definition.kind === 'pipeline') return scope.root.runNested(execution, step, definition);
  const { cache } = scope;
  if (cache !== undefined && definition.options.cache !== false) {
    return CachedStep.perform(execution, step, definition, cache);
  }
  // It may change what others read.
  if (cache !== undefined) scope.root.codeOf(definition);
  if (definition.batch !== undefined && settings.batches !== undefined) {
    return settings.batches.call(execution, step, definition);
  }
  if (cache !== undefined) return callUncached(execution, step, definition);
  if (step.plain && (scope.plain || settings.counter !== undefined) && !settings.hasResources) {
    return callPlain(execution, step, definition);
  }
  return new LeafCall(execution, step, definition).start();
}

/** Calls a function that needs nothing but its arguments. A promise in `runSync` is refused; everything else passes. */
function callPlain(execution: Execution, step: Step, definition: NodeDefinition): unknown {
  execution.executed++;
  const { run } = definition;
  const result = run(gather(step.Arguments, step.inputSlots, execution.values), undefined as never);
  const { sync } = execution.scope.root;
  return sync && isThenable(result) ? refusePromise(result, definition, execution.pathOf(step)) : result;
}
