import { nodePath } from '../events/index.ts';
import type { NestedDefinition, Plan, Step } from '../graph/index.ts';
import { gather, Stateful } from '../graph/index.ts';
import { combineDigests } from '../identity/index.ts';
import { CachedValue, loadItems, loadSlots } from './caching/cached-value.ts';
import { digestValue } from './caching/code-of.ts';
import { type SharedDigests, SlotDigests } from './caching/slot-digests.ts';
import { Execution, type Failure } from './execution.ts';
import { ExecutionSettings, type GivenSettings } from './execution-settings.ts';
import { itemsOf } from './map-items.ts';
import { andThen, isThenable, type MaybePromise } from './maybe-promise.ts';
import { observePipeline, tellError } from './observe.ts';
import { outputsOf } from './outputs.ts';
import type { Scope } from './scope.ts';
import { runSender } from './sending/send-run.ts';
import { mapRun } from './sending/start-map.ts';
import { Span } from './span.ts';

/** How values pass between a plan and one nested in it, worked out once per step. */
interface Passage {
  readonly plan: Plan;
  /** For each external of the inner plan: where its value is in the outer one, or -1. */
  readonly sources: readonly number[];
  /** Slots of the exposed outputs in the inner plan, in the order of the definition. */
  readonly results: readonly number[];
  readonly boundResources: boolean;
}

const passages = new WeakMap<Step, Passage>();

function passageOf(step: Step, definition: NestedDefinition): Passage {
  let passage = passages.get(step);
  if (passage === undefined) {
    const plan = definition.pipeline.compile(definition.outputs.map((output) => output.inner));
    const { bound } = definition.pipeline;
    passage = {
      plan,
      sources: plan.externals.map(({ name }) => {
        const index = definition.inputs.findIndex((input) => input.inner === name);
        return index < 0 ? -1 : step.inputSlots[index]!;
      }),
      results: plan.outputSlots,
      boundResources: plan.externals.some(({ name }) => bound[name] instanceof Stateful),
    };
    passages.set(step, passage);
  }
  return passage;
}

/** Runs a pipeline as one step of another; gives the list of its exposed outputs. */
export function runNested(outer: Execution, step: Step, definition: NestedDefinition): MaybePromise<unknown[]> {
  const scope = outer.scope.nested(definition);
  // Without a cache nobody below knows of values that are yet to be loaded, nor does anybody elsewhere.
  if (outer.digests !== undefined && (scope.cache === undefined || scope.sending !== undefined)) {
    return andThen(loadSlots(step.inputSlots, outer.values), () => start(outer, step, definition, scope));
  }
  return start(outer, step, definition, scope);
}

function start(outer: Execution, step: Step, definition: NestedDefinition, scope: Scope): MaybePromise<unknown[]> {
  const passage = passageOf(step, definition);
  const { plan, sources } = passage;
  const values = new Array<unknown>(plan.slotCount).fill(undefined);
  for (let index = 0; index < sources.length; index++) {
    const external = plan.externals[index]!;
    const given = passedOn(outer, sources[index]!);
    values[external.slot] = given === undefined ? definition.pipeline.bound[external.name] : given;
  }
  const nesting: Nesting = { outer, step, definition, scope, passage, values };
  return definition.mapOver.length > 0 ? runMapped(nesting) : runOnce(nesting);
}

/** The value in a slot of the outer plan; `undefined` also for one that the cache has not been asked for yet. */
function passedOn(outer: Execution, source: number): unknown {
  const value = source < 0 ? undefined : outer.values[source];
  return value instanceof CachedValue && value.digest === UNDEFINED ? undefined : value;
}

const UNDEFINED = digestValue(undefined);

/** One run of a nested pipeline, about to start. */
interface Nesting {
  readonly outer: Execution;
  readonly step: Step;
  readonly definition: NestedDefinition;
  readonly scope: Scope;
  readonly passage: Passage;
  /** Slots of the inner plan. */
  readonly values: unknown[];
}

const innerSettings = ({ outer, step, definition, passage }: Nesting): GivenSettings => ({
  hasResources: outer.settings.hasResources || passage.boundResources,
  timeout: timeoutOf(definition),
  loadsOutputs: outer.digests === undefined,
  recompute: outer.settings.recompute?.within(outer.plan, step),
});

/** Tells the inner digests what the outer execution knows of the values that it passes on. */
function passDigests({ outer, passage }: Nesting, inner: SlotDigests): void {
  passage.sources.forEach((source, index) => {
    const passed = passedOn(outer, source);
    if (passed === undefined) return;
    const known = passed instanceof CachedValue ? passed.digest : outer.digests?.known(source);
    const isWhole = outer.digests?.isWhole(source) === true;
    if (known !== undefined) inner.set(passage.plan.externals[index]!.slot, known, isWhole);
  });
}

function runOnce(nesting: Nesting): MaybePromise<unknown[]> {
  const { outer, step, scope, passage, values } = nesting;
  const { plan, results } = passage;
  const stepEnd = observeStep(outer, step);
  const place = { within: outer, name: step.label, index: -1 };
  const settings = innerSettings(nesting);
  const send = runSender(scope.sending, { timeout: settings.timeout });
  const limits = send === undefined ? settings : { ...settings, timeout: undefined, send };
  const inner = new Execution(outer, scope, plan, values, place, new ExecutionSettings(limits));
  inner.outerSpan = stepEnd?.span ?? outer.span;
  if (inner.digests !== undefined) passDigests(nesting, inner.digests);
  const collect = (): unknown[] => results.map((slot) => values[slot]);
  observePipeline(inner, inputsOf(plan, values), () => outputsOf(plan, values));
  const innerEnded = inner.ended;
  inner.ended = (failure) => {
    outer.executed += inner.executed;
    outer.cached += inner.cached;
    innerEnded?.(failure);
    if (failure !== undefined) outer.failingBelow(step, inner.failedAt ?? nodePath(failure.error) ?? inner.path);
    if (failure === undefined && inner.digests !== undefined) {
      results.forEach((slot, offset) => {
        const known = inner.digests!.known(slot);
        if (known !== undefined) outer.digests?.set(step.outputSlot + offset, known);
      });
    }
    stepEnd?.end(failure, failure === undefined ? collect() : []);
  };
  const done = inner.execute();
  return isThenable(done) ? done.then(collect) : collect();
}

function runMapped(nesting: Nesting): MaybePromise<unknown[]> {
  const { outer, step, definition } = nesting;
  const lists = definition.mapOver.map((name) => {
    const index = definition.inputs.findIndex((input) => input.name === name);
    const inner = definition.inputs.filter((input) => input.name === name).map((input) => input.inner);
    return { name, inner, slot: step.inputSlots[index]! };
  });
  // A list that was never put together is mapped over as it is, its items unread.
  const unread = lists
    .map(({ slot }) => slot)
    .filter((slot) => {
      const value = outer.values[slot];
      return value instanceof CachedValue && value.items === undefined;
    });
  return andThen(loadSlots(unread, outer.values), () => mapItems(nesting, lists));
}

function mapItems(
  nesting: Nesting,
  lists: readonly { readonly name: string; readonly inner: readonly string[]; readonly slot: number }[],
): MaybePromise<unknown[]> {
  const { outer, step, definition, scope, passage, values } = nesting;
  const { plan, results } = passage;
  const stepEnd = observeStep(outer, step);
  const slotOf = new Map(plan.externals.map((external) => [external.name, external.slot]));
  const mapped = lists.map(({ name, inner, slot }) => {
    const value = outer.values[slot];
    const [first = -1, ...copies] = inner.flatMap((name) => slotOf.get(name) ?? []);
    return { name, slot: first, copies, list: value instanceof CachedValue ? value.items : value };
  });
  const differing = new Set(mapped.flatMap(({ slot, copies }) => [slot, ...copies]));
  const sharedDigests = shareDigests(nesting, differing);
  const columns: unknown[][] = results.map(() => []);
  const digests: (string | undefined)[][] = results.map(() => []);
  let map: ReturnType<typeof mapRun>;
  try {
    map = mapRun(outer, scope, plan, itemsOf(mapped, definition.mapMode, values, outer.pathOf(step)), {
      place: { within: outer, name: step.label },
      onError: definition.onError,
      mapped: [...differing],
      item: { ...innerSettings(nesting), sharedDigests },
      parentSpan: stepEnd?.span.id ?? outer.span?.id,
      accept(index, inner, known) {
        for (let column = 0; column < results.length; column++) {
          columns[column]![index] = inner?.[results[column]!];
          if (scope.cache !== undefined) digests[column]![index] = inner ? known?.known(results[column]!) : HOLE;
        }
      },
    });
  } catch (error) {
    stepEnd?.end({ error }, []);
    throw error;
  }
  const collect = (): MaybePromise<unknown[]> => {
    if (scope.cache === undefined) return columns;
    const lists = columns.map((column, offset) =>
      asOneValue(outer, step.outputSlot + offset, column, digests[offset]!),
    );
    return lists.some(isThenable) ? Promise.all(lists) : lists;
  };
  map.ended = (failure) => {
    for (const { error, path } of map.failures) scope.root.collected.push({ path, error });
    if (failure !== undefined) outer.failingBelow(step, map.failedAt ?? nodePath(failure.error) ?? map.path);
    outer.executed += map.executed;
    outer.cached += map.cached;
    stepEnd?.end(failure, failure === undefined ? columns : []);
  };
  const done = map.execute();
  return isThenable(done) ? done.then(collect) : collect();
}

/** Stands for a failed item among the digests of a list. */
const HOLE = 'hole';

function shareDigests(nesting: Nesting, mapped: ReadonlySet<number>): SharedDigests | undefined {
  if (nesting.scope.cache === undefined) return undefined;
  const digests = new SlotDigests();
  passDigests(nesting, digests);
  const shared = new Set(nesting.passage.plan.externals.map(({ slot }) => slot).filter((slot) => !mapped.has(slot)));
  return { digests, has: (slot) => shared.has(slot) };
}

/** The results of all items as one value of the outer plan, its digest made of theirs so that nothing need be read. */
function asOneValue(
  outer: Execution,
  slot: number,
  items: unknown[],
  digests: readonly (string | undefined)[],
): MaybePromise<unknown> {
  const hasCached = items.some((item) => item instanceof CachedValue);
  if (digests.some((known) => known === undefined)) return hasCached ? loadItems(items) : items;
  const digest = combineDigests('list', digests as readonly string[]);
  outer.digests?.set(slot, digest);
  return hasCached ? CachedValue.list(digest, items) : items;
}

const timeoutOf = ({ pipeline }: NestedDefinition): number | undefined =>
  (pipeline as { readonly options?: { readonly timeout?: number | undefined } }).options?.timeout;

/** Values of a plan's inputs by name. */
export function inputsOf(plan: Plan, values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(plan.externals.map(({ name, slot }) => [name, values[slot]]));
}

/** How to tell the end of a step that somebody watches. */
type StepEnd =
  | { readonly span: Span; end(failure: Failure | undefined, outputs: readonly unknown[]): void }
  | undefined;

/** Tells that the wrapping node starts; its end is told after everything inside. */
function observeStep(outer: Execution, step: Step): StepEnd {
  const { emitter, root, pipeline } = outer.scope;
  if (emitter === undefined) return undefined;
  const span = new Span(root, outer.span?.id, outer.pathOf(step), outer.depth + 1, pipeline.name);
  const inputs = gather(step.Arguments, step.inputSlots, outer.values);
  emitter.emit('onNodeStart', { ...span.event(), node: step.label, inputs, nested: true });
  return {
    span,
    end(failure, outputs) {
      tellError(outer, span, failure, step.label);
      const named = (): Record<string, unknown> =>
        Object.fromEntries(step.definition.outputs.map((output, index) => [output.name, outputs[index]]));
      emitter.emit('onNodeEnd', {
        ...span.event(),
        node: step.label,
        durationMs: span.durationMs,
        nested: true,
        attempt: 1,
        ...(failure === undefined ? { outputs: named() } : { error: failure.error }),
      });
    },
  };
}
