import type { NestedDefinition, Plan, Step } from '../graph/index.ts';
import { gather, Stateful } from '../graph/index.ts';
import { Execution, type Failure } from './execution.ts';
import { itemsOf } from './map-items.ts';
import { MapRun } from './map-run.ts';
import { isThenable, type MaybePromise } from './maybe-promise.ts';
import { observePipeline } from './observe.ts';
import { outputsOf } from './outputs.ts';
import type { Scope } from './scope.ts';
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
    const plan = definition.pipeline.plan(definition.outputs.map((output) => output.inner));
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
  const passage = passageOf(step, definition);
  const { plan, sources } = passage;
  const values = new Array<unknown>(plan.slotCount).fill(undefined);
  for (let index = 0; index < sources.length; index++) {
    const external = plan.externals[index]!;
    const source = sources[index]!;
    const given = source < 0 ? undefined : outer.values[source];
    values[external.slot] = given === undefined ? definition.pipeline.bound[external.name] : given;
  }
  const end = observeStep(outer, step);
  const hasResources = outer.settings.hasResources === true || passage.boundResources;
  return definition.mapOver.length > 0
    ? runMapped(outer, step, definition, scope, passage, values, hasResources, end)
    : runOnce(outer, step, definition, scope, passage, values, hasResources, end);
}

type StepEnd =
  | { readonly span: Span; end(failure: Failure | undefined, outputs: readonly unknown[]): void }
  | undefined;

function runOnce(
  outer: Execution,
  step: Step,
  definition: NestedDefinition,
  scope: Scope,
  { plan, results }: Passage,
  values: unknown[],
  hasResources: boolean,
  stepEnd: StepEnd,
): MaybePromise<unknown[]> {
  const place = { within: outer, name: step.label, index: -1 };
  const inner = new Execution(outer, scope, plan, values, place, { hasResources, timeout: timeoutOf(definition) });
  inner.outerSpan = stepEnd?.span ?? outer.span;
  const collect = (): unknown[] => results.map((slot) => values[slot]);
  observePipeline(inner, inputsOf(plan, values), () => outputsOf(plan, values));
  const innerEnded = inner.ended;
  inner.ended = (failure) => {
    outer.executed += inner.executed;
    outer.cached += inner.cached;
    innerEnded?.(failure);
    stepEnd?.end(failure, failure === undefined ? collect() : []);
  };
  const done = inner.execute();
  return isThenable(done) ? done.then(collect) : collect();
}

function runMapped(
  outer: Execution,
  step: Step,
  definition: NestedDefinition,
  scope: Scope,
  { plan, results }: Passage,
  values: unknown[],
  hasResources: boolean,
  stepEnd: StepEnd,
): MaybePromise<unknown[]> {
  const slotOf = new Map(plan.externals.map((external) => [external.name, external.slot]));
  const lists = definition.mapOver.map((name) => {
    const index = definition.inputs.findIndex((input) => input.name === name);
    const slots = definition.inputs.flatMap((input) => (input.name === name ? (slotOf.get(input.inner) ?? []) : []));
    const [slot = -1, ...copies] = slots;
    return { name, slot, copies, list: outer.values[step.inputSlots[index]!] };
  });
  const columns: unknown[][] = results.map(() => []);
  let map: MapRun;
  try {
    map = new MapRun(outer, scope, plan, itemsOf(lists, definition.mapMode, values, outer.pathOf(step)), {
      place: { within: outer, name: step.label },
      onError: definition.onError,
      hasResources,
      timeout: timeoutOf(definition),
      parentSpan: stepEnd?.span.id ?? outer.span?.id,
      accept(index, inner) {
        for (let column = 0; column < results.length; column++) columns[column]![index] = inner?.[results[column]!];
      },
    });
  } catch (error) {
    stepEnd?.end({ error }, []);
    throw error;
  }
  map.ended = (failure) => {
    outer.executed += map.executed;
    outer.cached += map.cached;
    stepEnd?.end(failure, failure === undefined ? columns : []);
  };
  const done = map.execute();
  return isThenable(done) ? done.then(() => columns) : columns;
}

const timeoutOf = ({ pipeline }: NestedDefinition): number | undefined =>
  (pipeline as { readonly options?: { readonly timeout?: number | undefined } }).options?.timeout;

/** Values of a plan's inputs by name. */
export function inputsOf(plan: Plan, values: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(plan.externals.map(({ name, slot }) => [name, values[slot]]));
}

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
