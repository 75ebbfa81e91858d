import { AbortError, InputError } from '../errors.ts';
import { flushCallbacks } from '../events/index.ts';
import type { Plan } from '../graph/index.ts';
import { bindInputs } from './bind-inputs.ts';
import { Execution, type NodeFailure } from './execution.ts';
import { checkErrorMode, checkMode, checkOver, itemsOf } from './map-items.ts';
import { type MapResult, mapResult } from './map-result.ts';
import { MapRun } from './map-run.ts';
import { isThenable } from './maybe-promise.ts';
import { inputsOf, runNested } from './nested.ts';
import { observePipeline } from './observe.ts';
import type { CommonRunOptions, MapOptions, PipelineOptions, RunOptions, StreamOptions } from './options.ts';
import { outputsOf } from './outputs.ts';
import type { RunnablePipeline } from './pipeline.ts';
import { RootRun, Scope } from './scope.ts';
import { type StreamItem, StreamRun } from './stream.ts';
import type { Task } from './task.ts';
import { timedOut } from './timed-out.ts';

type Inputs = Readonly<Record<string, unknown>>;

/** Options of one run win over those of the pipeline. */
function settle(pipeline: RunnablePipeline, options: CommonRunOptions): PipelineOptions {
  const own = pipeline.options;
  const concurrency = options.concurrency ?? own.concurrency;
  checkConcurrency(pipeline.name, concurrency);
  return {
    cache: options.cache === undefined ? own.cache : options.cache,
    callbacks: options.callbacks ?? own.callbacks,
    engine: options.engine === undefined ? own.engine : options.engine,
    concurrency,
  };
}

/** @throws InputError `INPUT_INVALID` for a limit that nothing could run under. */
export function checkConcurrency(pipeline: string, concurrency: number | undefined): void {
  if (concurrency === undefined || concurrency === Number.POSITIVE_INFINITY) return;
  if (Number.isInteger(concurrency) && concurrency > 0) return;
  throw new InputError(
    'INPUT_INVALID',
    `pipeline '${pipeline}': concurrency is ${String(concurrency)}; expected a whole number from 1, or Infinity.`,
    {
      path: 'concurrency',
      hint: 'Leave it out for the default of 100.',
    },
  );
}

function abortedBefore(pipeline: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new AbortError('ABORTED', `pipeline '${pipeline}': aborted before it started.`, {
    cause: signal.reason,
    path: pipeline,
  });
}

/** Stops the task when the caller's signal or the time-out says so; returns how to stop listening. */
function supervise(task: Task, path: string, { signal, timeout }: CommonRunOptions): () => void {
  if (signal === undefined && timeout === undefined) return () => {};
  const onAbort = (): void => {
    task.stop(new AbortError('ABORTED', `${path}: aborted.`, { cause: signal?.reason, path }));
  };
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  const timer =
    timeout === undefined ? undefined : setTimeout(() => task.stop(timedOut(path, 'call', timeout)), timeout);
  return () => {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(timer);
  };
}

/** Failures of runs that collected errors. */
const failuresOfRuns = new WeakMap<object, readonly NodeFailure[]>();

/** What failed in a `run` with `onError: 'collect'`, by its result; empty when all went well. */
export function failuresOf(result: object): readonly NodeFailure[] {
  return failuresOfRuns.get(result) ?? [];
}

function prepare(pipeline: RunnablePipeline, inputs: Inputs, options: RunOptions<string, string>, sync: boolean) {
  const { name } = pipeline;
  const settings = settle(pipeline, options);
  checkErrorMode(options.onError);
  const plan = pipeline.plan(options.outputs, options.override);
  const { values, hasResources } = bindInputs(plan, inputs, { override: options.override });
  abortedBefore(name, options.signal);
  const root = new RootRun(sync, runNested);
  const scope = Scope.root(root, pipeline, settings);
  const failures: NodeFailure[] = [];
  const execution = new Execution(
    undefined,
    scope,
    plan,
    values,
    { within: undefined, name, index: -1 },
    {
      hasResources,
      timeout: pipeline.options.timeout,
      ...(options.onError === 'collect' && { failures }),
    },
  );
  observePipeline(execution, inputsOf(plan, values), () => outputsOf(plan, values));
  const result = (): Record<string, unknown> => {
    const outputs = outputsOf(plan, values);
    if (failures.length === 0) return outputs;
    // What a failed node should have produced is absent, not undefined.
    const finished = finishedOutputs(plan, execution, outputs);
    failuresOfRuns.set(finished, failures);
    return finished;
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

/** One run of a pipeline. */
export async function run(
  pipeline: RunnablePipeline,
  inputs: Inputs = {},
  options: RunOptions<string, string> = {},
): Promise<Record<string, unknown>> {
  const { root, execution, result } = prepare(pipeline, inputs, options, false);
  try {
    const done = execution.execute();
    if (isThenable(done)) {
      const release = supervise(execution, pipeline.name, options);
      try {
        await done;
      } finally {
        release();
      }
    }
    return result();
  } finally {
    const flushed = flushCallbacks(root.callbacks);
    if (flushed !== undefined) await flushed;
  }
}

/** One run of a pipeline without promises. @throws SyncError `SYNC_PROMISE` naming the node that returned one. */
export function runSync(
  pipeline: RunnablePipeline,
  inputs: Inputs = {},
  options: RunOptions<string, string> = {},
): Record<string, unknown> {
  const { root, execution, result } = prepare(pipeline, inputs, options, true);
  try {
    execution.execute();
    return result();
  } finally {
    flushCallbacks(root.callbacks);
  }
}

/** One plan over many items. */
export async function map(
  pipeline: RunnablePipeline,
  inputs: Inputs,
  options: MapOptions,
): Promise<MapResult<Record<string, unknown>>> {
  const startedAt = performance.now();
  const { name } = pipeline;
  const settings = settle(pipeline, options);
  checkErrorMode(options.onError);
  const mode = options.mode ?? 'zip';
  checkMode(mode);
  const over = namesOf(options.over);
  checkOver(
    name,
    over,
    pipeline.inputs.map((input) => input.name),
  );
  const plan = pipeline.plan(options.outputs);
  const { values, hasResources } = bindInputs(plan, inputs, { mapped: over });
  const items = itemsOf(mappedInputs(plan, inputs, over), mode, values, name);
  abortedBefore(name, options.signal);
  const root = new RootRun(false, runNested);
  const results = new Array<Record<string, unknown> | undefined>(items.count);
  const run = new MapRun(undefined, Scope.root(root, pipeline, settings), plan, items, {
    place: { within: undefined, name },
    onError: options.onError ?? 'throw',
    hasResources,
    timeout: pipeline.options.timeout,
    accept(index, item) {
      results[index] = item && outputsOf(plan, item);
    },
  });
  try {
    const done = run.execute();
    if (isThenable(done)) {
      const release = supervise(run, name, options);
      try {
        await done;
      } finally {
        release();
      }
    }
    return mapResult(results as Record<string, unknown>[], run.failures, {
      items: items.count,
      executed: run.executed,
      cached: run.cached,
      failed: run.failures.length,
      duration: performance.now() - startedAt,
    });
  } finally {
    const flushed = flushCallbacks(root.callbacks);
    if (flushed !== undefined) await flushed;
  }
}

/** One plan over items as they come. */
export async function* stream(
  pipeline: RunnablePipeline,
  inputs: Inputs,
  options: StreamOptions,
): AsyncGenerator<StreamItem<Record<string, unknown>>, void, undefined> {
  const { name } = pipeline;
  const settings = settle(pipeline, options);
  const over = namesOf(options.over);
  checkOver(
    name,
    over,
    pipeline.inputs.map((input) => input.name),
  );
  const plan = pipeline.plan(options.outputs);
  const { values, hasResources } = bindInputs(plan, inputs, { mapped: over });
  abortedBefore(name, options.signal);
  const root = new RootRun(false, runNested);
  const streamed = mappedInputs(plan, inputs, over).map(({ name, slot, list }) => ({ name, slot, source: list }));
  const run = new StreamRun(Scope.root(root, pipeline, settings), plan, values, streamed, {
    name,
    ordered: options.ordered ?? true,
    settings: { hasResources, timeout: pipeline.options.timeout },
  });
  const release = supervise(run, name, options);
  try {
    yield* run.results();
  } finally {
    release();
    const flushed = flushCallbacks(root.callbacks);
    if (flushed !== undefined) await flushed;
  }
}

const namesOf = (over: unknown): string[] => [over ?? []].flat() as string[];

function mappedInputs(plan: Plan, inputs: Inputs, over: readonly string[]) {
  return over.map((name) => {
    const slot = plan.externals.find((external) => external.name === name)?.slot ?? -1;
    return { name, slot, list: Object.hasOwn(inputs, name) ? inputs[name] : plan.pipeline.bound[name] };
  });
}
