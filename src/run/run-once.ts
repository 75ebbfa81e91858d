import type { Plan } from '../graph/index.ts';
import { bindInputs } from './bind-inputs.ts';
import { Recompute } from './caching/recompute.ts';
import { beginCall, supervise } from './call-settings.ts';
import { Execution } from './execution.ts';
import { ExecutionSettings, type GivenSettings } from './execution-settings.ts';
import { checkErrorMode } from './map-items.ts';
import { isThenable } from './maybe-promise.ts';
import { inputsOf } from './nested.ts';
import { observePipeline } from './observe.ts';
import type { RunOptions } from './options.ts';
import { outputsOf } from './outputs.ts';
import type { RunnablePipeline } from './pipeline.ts';
import { needsRehearsal, rehearse } from './rehearse.ts';
import { annotate } from './result-notes.ts';
import type { NodeFailure } from './scope.ts';
import { runSender } from './sending/send-run.ts';
import { refuseEngine } from './sync.ts';

type Inputs = Readonly<Record<string, unknown>>;

/** One run of a pipeline. */
export async function run(
  pipeline: RunnablePipeline,
  inputs: Inputs = {},
  options: RunOptions<string, string> = {},
): Promise<Record<string, unknown>> {
  if (needsRehearsal) await rehearse(pipeline, options);
  const { root, execution, result } = prepare(pipeline, inputs, options, false);
  const release = supervise(execution, execution.scope, { signal: options.signal });
  try {
    const done = execution.execute();
    if (isThenable(done)) await done;
    return result();
  } finally {
    release();
    const settled = root.settle();
    if (settled !== undefined) await settled;
  }
}

/** One run of a pipeline without promises. @throws SyncError `SYNC_PROMISE` naming the node that returned one. */
export function runSync(
  pipeline: RunnablePipeline,
  inputs: Inputs = {},
  options: RunOptions<string, string> = {},
): Record<string, unknown> {
  const { root, execution, result } = prepare(pipeline, inputs, options, true);
  const release = supervise(execution, execution.scope, { signal: options.signal });
  try {
    execution.execute();
    return result();
  } finally {
    release();
    void root.settle();
  }
}

/** The execution itself watches both limits of a run, so that they hold between synchronous nodes too. */
function shorterLimit(own: number | undefined, call: number | undefined): GivenSettings {
  if (call === undefined || (own !== undefined && own <= call)) return { timeout: own };
  return { timeout: call, phase: 'call' };
}

function prepare(pipeline: RunnablePipeline, inputs: Inputs, options: RunOptions<string, string>, sync: boolean) {
  const { name } = pipeline;
  checkErrorMode(options.onError);
  const plan = pipeline.compile(options.outputs, options.override);
  const { values, hasResources } = bindInputs(plan, inputs, { override: options.override });
  const { root, scope, collector } = beginCall(pipeline, options, sync);
  if (sync && scope.sending !== undefined) refuseEngine(scope);
  const failures: NodeFailure[] = [];
  const own = pipeline.options.timeout;
  // Its own limit does not count the time that a place takes to start: it is kept there.
  const send = runSender(scope.sending, { timeout: own, override: options.override });
  const execution = new Execution(
    undefined,
    scope,
    plan,
    values,
    { within: undefined, name, index: -1 },
    new ExecutionSettings({
      hasResources,
      ...(send === undefined ? shorterLimit(own, options.timeout) : { timeout: options.timeout, phase: 'call' }),
      send,
      recompute: Recompute.of(plan, options.recompute),
      loadsOutputs: true,
      failures: options.onError === 'collect' ? failures : undefined,
    }),
  );
  observePipeline(execution, inputsOf(plan, values), () => outputsOf(plan, values));
  const result = (): Record<string, unknown> => {
    const outputs = outputsOf(plan, values);
    // What a failed node should have produced is absent, not undefined.
    const finished = failures.length === 0 ? outputs : finishedOutputs(plan, execution, outputs);
    return annotate(finished, [...failures, ...root.collected], collector);
  };
  return { root, execution, result };
}

function finishedOutputs(plan: Plan, execution: Execution, outputs: Inputs): Record<string, unknown> {
  const finished: Record<string, unknown> = {};
  plan.outputs.forEach((name, index) => {
    if (execution.produced(plan.outputSlots[index]!)) finished[name] = outputs[name];
  });
  return finished;
}
