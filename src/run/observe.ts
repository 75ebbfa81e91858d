import type { ItemCounter } from '../events/index.ts';
import type { Plan } from '../graph/index.ts';
import type { Execution, Failure } from './execution.ts';
import type { Scope } from './scope.ts';
import { Span } from './span.ts';
import type { Task } from './task.ts';

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
  if (span.parent === undefined) emitter.leaveOutIdle();
  execution.ended = (failure) => {
    tellError(execution, span, failure);
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
  if (!emitter.wants('onMapItemEnd') && !emitter.wants('onError')) return;
  execution.ended = (failure) => {
    tellError(execution, span, failure);
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

/** Tells of an item that was lost together with the place it was sent to, before that told of it. */
export function observeLostItem(
  map: Task & { readonly scope: Scope },
  around: Span | undefined,
  {
    path,
    error,
    ...item
  }: { readonly index: number; readonly total: number; readonly path: string; readonly error: unknown },
): void {
  const { root, emitter, pipeline } = map.scope;
  if (emitter === undefined || around === undefined) return;
  const span = new Span(root, around.id, path, around.depth, pipeline.name);
  emitter.emit('onMapItemStart', { ...span.event(), ...item });
  tellError(map, span, { error });
  emitter.emit('onMapItemEnd', { ...span.event(), ...item, durationMs: span.durationMs, cached: false, error });
}

/** A map that somebody watches. */
export interface ObservedMap {
  readonly span: Span;
  /** Counts the items of a map of this plan, when everybody who watches is content with that. */
  counterFor(plan: Plan): ItemCounter | undefined;
  end(result: { total: number; failed: number }, failure: Failure | undefined): void;
}

/**
 * Tells of an error where it comes from: not again further out, nor within what was stopped from outside.
 *
 * @param task What failed.
 * @param node Name of the node that it is, if it is one.
 */
export function tellError(
  { scope, parent }: Task & { readonly scope: Scope },
  span: Span,
  failure: Failure | undefined,
  node?: string,
): void {
  const { emitter, root } = scope;
  if (failure === undefined || emitter?.wants('onError') !== true) return;
  if (parent?.stopped !== undefined || root.hasTold(failure.error)) return;
  root.told(failure.error);
  emitter.emit('onError', { ...span.event(), node, error: failure.error });
}

/** Tells that a map starts; its caller tells the end. */
export function observeMap(
  map: Task & { readonly scope: Scope },
  place: { parent: number | undefined; path: string; depth: number },
  start: { total: number | undefined; concurrency: number },
): ObservedMap | undefined {
  const { scope } = map;
  const { emitter } = scope;
  if (emitter === undefined) return undefined;
  const span = new Span(scope.root, place.parent, place.path, place.depth, scope.pipeline.name);
  const started = { ...span.event(), ...start, place: scope.engine?.place };
  emitter.emit('onMapStart', started);
  if (span.parent === undefined) emitter.leaveOutIdle();
  return {
    span,
    counterFor: ({ steps }) =>
      emitter.itemCounter(
        started,
        steps.map((step) => step.label),
      ),
    end({ total, failed }, failure) {
      tellError(map, span, failure);
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
