import type { Plan } from '../graph/index.ts';
import { bindInputs } from './bind-inputs.ts';
import { Recompute } from './caching/recompute.ts';
import { type SharedDigests, SlotDigests } from './caching/slot-digests.ts';
import { beginCall, supervise } from './call-settings.ts';
import { checkErrorMode, checkMode, checkOver, itemsOf } from './map-items.ts';
import { type MapResult, mapResult } from './map-result.ts';
import { isThenable } from './maybe-promise.ts';
import type { MapOptions, StreamOptions } from './options.ts';
import { outputsOf } from './outputs.ts';
import type { RunnablePipeline } from './pipeline.ts';
import { needsRehearsal, rehearse } from './rehearse.ts';
import { annotate } from './result-notes.ts';
import { runSender } from './sending/send-run.ts';
import { mapRun } from './sending/start-map.ts';
import { type StreamItem, StreamRun } from './stream.ts';

type Inputs = Readonly<Record<string, unknown>>;

/** One plan over many items. */
export async function map(
  pipeline: RunnablePipeline,
  inputs: Inputs,
  options: MapOptions,
): Promise<MapResult<Record<string, unknown>>> {
  if (needsRehearsal) await rehearse(pipeline, options);
  const startedAt = performance.now();
  const { name } = pipeline;
  checkErrorMode(options.onError);
  const mode = options.mode ?? 'zip';
  checkMode(mode);
  const over = overNames(pipeline, options);
  const plan = pipeline.compile(options.outputs, options.override);
  const { values, hasResources } = bindInputs(plan, inputs, { override: options.override, mapped: over });
  const mapped = mappedInputs(plan, inputs, over);
  const items = itemsOf(mapped, mode, values, name);
  const { root, scope, collector } = beginCall(pipeline, options);
  const results = new Array<Record<string, unknown> | undefined>(items.count);
  const run = mapRun(undefined, scope, plan, items, {
    place: { within: undefined, name },
    onError: options.onError ?? 'throw',
    mapped: mapped.map(({ slot }) => slot),
    override: options.override,
    item: {
      hasResources,
      timeout: pipeline.options.timeout,
      recompute: Recompute.of(plan, options.recompute),
      loadsOutputs: true,
      sharedDigests: sharedDigests(plan, over),
    },
    accept(index, item) {
      results[index] = item && outputsOf(plan, item);
    },
  });
  const release = supervise(run, scope, options);
  try {
    const done = run.execute();
    if (isThenable(done)) await done;
    const result = mapResult(results as Record<string, unknown>[], run.failures, {
      items: items.count,
      executed: run.executed,
      cached: run.cached,
      failed: run.failures.length,
      duration: performance.now() - startedAt,
    });
    return annotate(result, root.collected, collector);
  } finally {
    release();
    const settled = root.settle();
    if (settled !== undefined) await settled;
  }
}

/** One plan over items as they come. */
export async function* stream(
  pipeline: RunnablePipeline,
  inputs: Inputs,
  options: StreamOptions,
): AsyncGenerator<StreamItem<Record<string, unknown>>, void, undefined> {
  if (needsRehearsal) await rehearse(pipeline, options);
  const { name } = pipeline;
  const over = overNames(pipeline, options);
  const plan = pipeline.compile(options.outputs, options.override);
  const { values, hasResources } = bindInputs(plan, inputs, { override: options.override, mapped: over });
  const { root, scope } = beginCall(pipeline, options);
  const send = runSender(scope.sending, { timeout: pipeline.options.timeout, override: options.override });
  const streamed = mappedInputs(plan, inputs, over).map(({ name, slot, list }) => ({ name, slot, source: list }));
  const run = new StreamRun(scope, plan, values, streamed, {
    name,
    ordered: options.ordered ?? true,
    settings: {
      hasResources,
      ...(send === undefined ? { timeout: pipeline.options.timeout } : { send }),
      recompute: Recompute.of(plan, options.recompute),
      loadsOutputs: true,
      sharedDigests: sharedDigests(plan, over),
    },
  });
  const release = supervise(run, scope, options);
  try {
    yield* run.results();
  } finally {
    release();
    const settled = root.settle();
    if (settled !== undefined) await settled;
  }
}

/** Digests of the inputs that are not mapped over, worked out once for all items. */
function sharedDigests(plan: Plan, over: readonly string[]): SharedDigests {
  const shared = new Set(plan.externals.filter(({ name }) => !over.includes(name)).map(({ slot }) => slot));
  return { digests: new SlotDigests(), has: (slot) => shared.has(slot) };
}

function overNames(
  pipeline: RunnablePipeline,
  { over, override = [] }: Pick<MapOptions, 'over' | 'override'>,
): string[] {
  const names = [over ?? []].flat() as string[];
  checkOver(pipeline.name, names, [...pipeline.inputs.map((input) => input.name), ...override]);
  return names;
}

function mappedInputs(plan: Plan, inputs: Inputs, over: readonly string[]) {
  return over.map((name) => {
    const slot = plan.externals.find((external) => external.name === name)?.slot ?? -1;
    return { name, slot, list: Object.hasOwn(inputs, name) ? inputs[name] : plan.pipeline.bound[name] };
  });
}
