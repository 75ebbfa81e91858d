import type { ItemCounter } from '../events/index.ts';
import type { Plan } from '../graph/index.ts';
import type { Execution, Failure } from './execution.ts';
import type { Scope } from './scope.ts';
import { Span } from './span.ts';

/** Outputs of a finished execution by name. */
export type Outputs = Readonly<Record<string, unknown>>;

/** Tells that a pipeline starts to run, and arranges that its end is told too. */
export function observePipeline(execution: Execution, inputs: Outputs, outputs: () => Outputs): void {
  const { scope } = execution;
  const { emitter } = scope;
  if (emitter === undefined) return;
  const span = spanOf(execution);
  execution.span = span;
  emitter.emit('onPipelineStart', { ...span.event(), inputs, place: scope.engine?.place });
  execution.ended = (failure) => {
    if (failure !== undefined && failure.error === execution.stopped) {
      emitter.emit('onError', { ...span.event(), error: failure.error });
    }
    emitter.emit('onPipelineEnd', {
      ...span.event(),
      durationMs: span.durationMs,
      ...(failure === undefined ? { outputs: outputs() } : { error: failure.error }),
    });
  };
}

/** Tells that an item of a map starts, and arranges that its end is told too. */
export function observeItem(
  execution: Execution,
  map: { readonly span: Span | undefined; readonly total: number | undefined },
  outputs: () => Outputs,
): void {
  const { scope, place } = execution;
  const { emitter } = scope;
  if (emitter === undefined) return;
  const { total } = map;
  const { index } = place;
  const span = spanOf(execution, map.span?.id);
  execution.span = span;
  if (emitter.wants('onMapItemStart')) {
    emitter.emit('onMapItemStart', {
      runId: span.runId,
      spanId: span.id,
      parentSpanId: span.parent,
      path: span.path,
      depth: span.depth,
      pipeline: span.pipeline,
      time: span.startTime,
      index,
      total,
    });
  }
  if (!emitter.wants('onMapItemEnd')) return;
  execution.ended = (failure) => {
    const { durationMs } = span;
    emitter.emit('onMapItemEnd', {
      runId: span.runId,
      spanId: span.id,
      parentSpanId: span.parent,
      path: span.path,
      depth: span.depth,
      pipeline: span.pipeline,
      time: span.startTime + durationMs,
      index,
      total,
      durationMs,
      cached: failure === undefined && execution.executed === 0,
      outputs: failure === undefined ? outputs() : undefined,
      error: failure?.error,
    });
  };
}

/** A map that somebody watches. */
export interface ObservedMap {
  readonly span: Span;
  /** Counts the items of a map of this plan, when everybody who watches is content with that. */
  counterFor(plan: Plan): ItemCounter | undefined;
  end(result: { total: number; failed: number }, failure: Failure | undefined): void;
}

/** Tells that a map starts; its caller tells the end. */
export function observeMap(
  scope: Scope,
  place: { parent: number | undefined; path: string; depth: number },
  start: { total: number | undefined; concurrency: number },
): ObservedMap | undefined {
  const { emitter } = scope;
  if (emitter === undefined) return undefined;
  const span = new Span(scope.root, place.parent, place.path, place.depth, scope.pipeline.name);
  const started = { ...span.event(), ...start, place: scope.engine?.place };
  emitter.emit('onMapStart', started);
  return {
    span,
    counterFor: ({ steps }) =>
      emitter.itemCounter(
        started,
        steps.map((step) => step.label),
      ),
    end({ total, failed }, failure) {
      emitter.emit('onMapEnd', {
        ...span.event(),
        total,
        failed,
        durationMs: span.durationMs,
        ...(failure === undefined ? {} : { error: failure.error }),
      });
    },
  };
}

function spanOf(execution: Execution, parent = execution.outerSpan?.id): Span {
  const { root, pipeline } = execution.scope;
  return new Span(root, parent, execution.path, execution.depth, pipeline.name);
}
