import { AbortError } from '../../errors.ts';
import { nodePath } from '../../events/index.ts';
import { type Plan, Stateful } from '../../graph/index.ts';
import { Recompute } from '../caching/recompute.ts';
import { Execution } from '../execution.ts';
import { ExecutionSettings, type GivenSettings } from '../execution-settings.ts';
import { MapRun } from '../map-run.ts';
import { runNested } from '../nested.ts';
import type { PipelineOptions } from '../options.ts';
import { outputsOf } from '../outputs.ts';
import { type NodeFailure, RootRun, Scope } from '../scope.ts';
import type { Task } from '../task.ts';
import { accountOf } from './account.ts';
import { busyTime } from './busy-time.ts';
import { CountGatherer } from './item-counts.ts';
import { ItemGatherer } from './item-gatherer.ts';
import type { JobPlace } from './job.ts';
import type {
  ItemsRequest,
  ItemsResponse,
  JobMessage,
  JobRequest,
  JobResponse,
  RunRequest,
  RunResponse,
} from './messages.ts';
import { Outbox } from './outbox.ts';
import { loadPacking, packing } from './packing.ts';
import { performNode } from './perform-node.ts';
import { connect } from './relay.ts';
import { packItems, packResponse } from './response.ts';
import { pipelinePart, type SentPipeline, sharedPart } from './unpacked-parts.ts';

/**
 * Does a job that was sent here, and gives its packed results.
 *
 * Never rejects for what user code does: what it throws is part of the response.
 */
export async function performJob(request: Uint8Array, place: JobPlace): Promise<Uint8Array> {
  await loadPacking();
  const read = await outcome(async () => (await packing().unpackAsync(request)) as JobRequest);
  // Values may be made anew by the user's own code.
  if ('failed' in read) return packResponse(read, '');
  const job = read.done;
  if (job.kind === 'node') return packResponse(await outcome(() => performNode(job, place)), job.path);
  const outbox = new Outbox(place.send);
  const stopSigns = await giveSigns(job.signsEveryMs, place);
  const bytes =
    job.kind === 'run'
      ? packResponse(await outcome(() => performRun(job, place, outbox)), job.path)
      : packItems(await outcome(() => performItems(job, place, outbox)), job);
  stopSigns();
  outbox.flush({ withoutEnclosedItems: true });
  return bytes;
}

/** Says now and then that this place still answers; a loop without end keeps it from that. */
async function giveSigns(everyMs: number | undefined, place: JobPlace): Promise<() => void> {
  if (everyMs === undefined) return () => undefined;
  const sign = packing().pack({ sign: true } satisfies JobMessage);
  place.send(sign);
  // The first one has to leave before anything can keep it here.
  await new Promise((resolve) => setImmediate(resolve));
  const timer = setInterval(() => place.send(sign), everyMs);
  return () => clearInterval(timer);
}

async function outcome<T>(perform: () => Promise<T>): Promise<JobResponse<T>> {
  try {
    return { done: await perform() };
  } catch (error) {
    return { failed: { error, path: nodePath(error) } };
  }
}

async function performRun(job: RunRequest, place: JobPlace, outbox: Outbox): Promise<RunResponse> {
  const pipeline = await pipelinePart(job.pipeline, place);
  const plan = pipeline.compile(job.outputs, job.override);
  const { root, scope } = beginJob(job, pipeline, pipeline.options, outbox);
  const values = slotsFor(plan, job.inputs);
  const failures: NodeFailure[] = [];
  const execution = new Execution(
    undefined,
    scope,
    plan,
    values,
    { within: undefined, name: job.path, index: -1 },
    new ExecutionSettings({
      ...commonSettings(job, plan, values),
      failures: job.onError === 'collect' ? failures : undefined,
    }),
  );
  await underSignal(execution, place.signal, job.path, () => execution.execute());
  await root.settle();
  const produced = plan.outputs.filter(
    (_, index) => failures.length === 0 || execution.produced(plan.outputSlots[index]!),
  );
  const outputs = outputsOf(plan, values);
  const digests: Record<string, string> = {};
  plan.outputs.forEach((name, index) => {
    const known = execution.digests?.known(plan.outputSlots[index]!);
    if (known !== undefined) digests[name] = known;
  });
  return {
    ...accountOf(execution, root),
    outputs: Object.fromEntries(produced.map((name) => [name, outputs[name]])),
    digests,
    failures,
  };
}

async function performItems(job: ItemsRequest, place: JobPlace, outbox: Outbox): Promise<ItemsResponse> {
  const pipeline = await pipelinePart(job.pipeline, place);
  const plan = pipeline.compile(job.outputs, job.override);
  const { root, scope } = beginJob(job, pipeline, { ...pipeline.options, concurrency: job.concurrency }, outbox);
  const shared = await sharedPart(job.shared, place);
  const base = slotsFor(plan, shared.inputs);
  const slots = job.over.map((name) => plan.externals.find((external) => external.name === name)!.slot);
  const gatherer = new ItemGatherer(plan, { hasDigests: scope.cache !== undefined, root });
  const counter = job.counts ? new CountGatherer(plan.steps.length, () => outbox.filled()) : undefined;
  const broadcast = new Set(plan.externals.map(({ slot }) => slot).filter((slot) => !slots.includes(slot)));
  const items = {
    count: job.count,
    first: job.first,
    values(position: number): unknown[] {
      const values = base.slice();
      for (let column = 0; column < slots.length; column++) values[slots[column]!] = job.columns[column]![position];
      return values;
    },
  };
  const run = new MapRun(undefined, scope, plan, items, {
    place: { within: undefined, name: job.path },
    onError: job.onError,
    mapped: slots,
    item: {
      ...commonSettings(job, plan, items.count === 0 ? [] : items.values(0)),
      sharedDigests: scope.cache && { digests: shared.digestsFor(plan), has: (slot: number) => broadcast.has(slot) },
    },
    partOf: { span: undefined, total: job.total, counter },
    accept(index, values, known) {
      const position = index - job.first;
      if (values === undefined) gatherer.fail(position, run.failures.at(-1)!);
      else gatherer.add(position, values, known);
      outbox.filled();
    },
  });
  outbox.enclose(
    { counts: () => counter?.take(), items: () => gatherer.unsent(run), sent: () => gatherer.sent(run) },
    { isWatched: scope.emitter !== undefined },
  );
  const startedAt = performance.now();
  const busyBefore = busyTime();
  await underSignal(run, place.signal, job.path, () => run.execute());
  await root.settle();
  return {
    ...gatherer.rest(run),
    work: outbox.work,
    counts: counter?.take(),
    busyMs: busyTime() - busyBefore,
    wallMs: performance.now() - startedAt,
  };
}

function beginJob(job: RunRequest | ItemsRequest, pipeline: SentPipeline, options: PipelineOptions, outbox: Outbox) {
  const root = new RootRun(false, runNested, job.spotCheck, job.runId);
  connect(root.context, outbox);
  return { root, scope: Scope.root(root, pipeline, options) };
}

function commonSettings(job: RunRequest | ItemsRequest, plan: Plan, values: readonly unknown[]): GivenSettings {
  return {
    hasResources: plan.externals.some(({ slot }) => values[slot] instanceof Stateful),
    timeout: job.timeout,
    recompute: job.recompute && Recompute.from(job.recompute),
    loadsOutputs: true,
    staticPath: job.staticPath,
  };
}

function slotsFor(plan: Plan, inputs: Readonly<Record<string, unknown>>): unknown[] {
  const values = new Array<unknown>(plan.slotCount).fill(undefined);
  for (const { name, slot } of plan.externals) values[slot] = inputs[name];
  return values;
}

/** Runs a task that stops when the job is cancelled. */
async function underSignal(task: Task, signal: AbortSignal, path: string, execute: () => unknown): Promise<void> {
  const stop = (): void => task.stop(new AbortError('ABORTED', `${path}: aborted.`, { cause: signal.reason, path }));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await execute();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
