import { createHash } from 'node:crypto';
import { type Callback, companionsOf, type Emitter, END_OF, EVENT_NAMES, type EventName } from '../../events/index.ts';
import type { NestedDefinition, PipelineGraph } from '../../graph/index.ts';
import type { Engine } from '../engine.ts';
import type { PipelineOptions } from '../options.ts';
import type { Scope } from '../scope.ts';
import type { JobPart } from './job.ts';
import { packing } from './packing.ts';
import { Relay } from './relay.ts';

/** A pipeline as it travels, and who at home gets the events of which of its lists of callbacks. */
export interface Shipment {
  readonly part: JobPart;
  readonly emitters: readonly Emitter[];
}

/** What a pipeline needs to be made again with other configuration. */
interface Configurable {
  unbound(options: PipelineOptions): PipelineGraph;
  readonly options: PipelineOptions;
}

/** The lists of callbacks of the shipment that is being packed, and the engine that it is for; packing is synchronous. */
let shipping: Shipping | undefined;

interface Shipping {
  readonly runId: string;
  readonly engine: Engine | undefined;
  readonly lists: (readonly Callback[])[];
}

/** What of a pipeline's configuration travels: callbacks stay and are told from there, the engine has done its part. */
export function travellingOptions(options: PipelineOptions): PipelineOptions {
  if (shipping === undefined) return options;
  const { callbacks, engine, ...rest } = options;
  const travelling: { -readonly [Name in keyof PipelineOptions]: PipelineOptions[Name] } = rest;
  if (engine !== undefined && engine !== shipping.engine) travelling.engine = engine;
  if (callbacks !== undefined) travelling.callbacks = relaysFor(callbacks, shipping);
  return travelling;
}

/** The first span of a run, the one of the run itself. */
const ROOT_SPAN = 1;

function relaysFor(callbacks: readonly Callback[], { runId, lists }: Shipping): readonly Callback[] {
  if (callbacks.length === 0 || callbacks[0] instanceof Relay) return callbacks;
  let list = lists.indexOf(callbacks);
  if (list < 0) list = lists.push(callbacks) - 1;
  const root = { runId, spanId: ROOT_SPAN, parentSpanId: undefined };
  const ignoresValues = callbacks.every((callback) => callback.ignoresValues === true);
  return [new Relay(list, wantedOf(callbacks), ignoresValues) as Callback, ...companionsOf(callbacks, root)];
}

/** The events that somebody listens to, and the starts that belong to their ends: what a lost place leaves open is ended here. */
function wantedOf(callbacks: readonly Callback[]): EventName[] {
  const wanted = new Set(
    EVENT_NAMES.filter((name) => callbacks.some((callback) => typeof callback[name] === 'function')),
  );
  for (const [start, end] of END_OF) if (wanted.has(end)) wanted.add(start);
  return [...wanted];
}

/**
 * Packs the pipeline of a scope with the configuration in force there.
 *
 * Once per root run: what its functions captured may have changed since the last one.
 */
export function shipmentOf(scope: Scope): Shipment {
  return scope.root.once(scope, () => ship(scope));
}

function ship(scope: Scope): Shipment {
  const { emitter, cache, budget, engine, root } = scope;
  const lists: (readonly Callback[])[] = [];
  const own: Shipping = { runId: root.id, engine, lists };
  const configured = (scope.pipeline as PipelineGraph & Configurable).unbound({
    cache: cache ?? null,
    concurrency: budget.limit,
    callbacks: emitter === undefined ? [] : relaysFor(emitter.callbacks, own),
  });
  describeNested(scope);
  shipping = own;
  let bytes: Uint8Array;
  try {
    bytes = packing().pack(configured);
  } finally {
    shipping = undefined;
  }
  const emitters = lists.map((callbacks) => (callbacks === emitter?.callbacks ? emitter : root.emitterFor(callbacks)!));
  return { part: partOf(bytes), emitters };
}

/** Lets the callbacks know what the nested pipelines are made of, as they would if those ran here. */
function describeNested(scope: Scope): void {
  for (const definition of scope.pipeline.wiring.definitions) {
    if (definition.kind === 'pipeline') describeNested(scope.nested(definition as NestedDefinition));
  }
}

export const partOf = (bytes: Uint8Array): JobPart => ({
  digest: createHash('sha256').update(bytes).digest('hex'),
  bytes,
});
