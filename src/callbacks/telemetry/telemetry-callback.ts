import {
  type Callback,
  type IdleCallback,
  idleIn,
  type MapEndEvent,
  type MapItemEndEvent,
  type MapItemStartEvent,
  type MapStartEvent,
  type NodeCachedEvent,
  type NodeEndEvent,
  type NodeRetryEvent,
  type NodeStartEvent,
  type PipelineEndEvent,
  type PipelineStartEvent,
  type RunEvent,
} from '../../events/index.ts';
import { type Api, openTelemetry } from '../opentelemetry-api.ts';
import { fromState, getState } from '../travel.ts';
import { ATTRIBUTE } from './attributes.ts';
import { NodeMetrics } from './node-metrics.ts';
import { RunTrace } from './run-trace.ts';
import { TraceContext } from './trace-context.ts';
import { fromHeaders, toHeaders } from './trace-parent.ts';

const SCOPE = 'hypernodes';
const DEFAULT_ITEM_SPANS = 100;

/** Options of {@link TelemetryCallback}. */
export interface TelemetryOptions {
  /** Most items of one map that get spans, spread over the map; 100 by default. Failed items always get one, up to as many again. */
  readonly itemSpans?: number;
  /** W3C `traceparent` that runs belong to when no span is active around them: what another process handed over. */
  readonly traceparent?: string;
  /** The W3C `tracestate` that came with it. */
  readonly tracestate?: string;
}

/**
 * Tells OpenTelemetry about runs: a span for each pipeline, node, map and item, and metrics about nodes and the cache.
 *
 * It uses the API only; the SDK that the program has set up samples and exports. Without one it does next to nothing.
 * Spans that a node function makes lie in the node's span.
 *
 * @example
 * const watched = perDoc.with({ callbacks: [new TelemetryCallback()] });
 * await watched.map({ text: docs }, { over: 'text' });
 */
export class TelemetryCallback implements Callback, IdleCallback {
  readonly ignoresValues = true;
  readonly #api: typeof Api;
  readonly #options: TelemetryOptions;
  readonly #runs = new Map<string, RunTrace>();
  readonly #wrap = <T>(event: NodeStartEvent, run: () => T): T => {
    const trace = this.#runs.get(event.runId);
    return trace === undefined ? run() : this.#api.context.with(trace.contextOf(event), run);
  };
  #meter: Api.Meter | undefined;
  #metrics: NodeMetrics | undefined;

  /** @throws MissingPeerError if `@opentelemetry/api` is not installed. */
  constructor(options: TelemetryOptions = {}) {
    this.#api = openTelemetry();
    this.#options = options;
  }

  onPipelineStart(event: PipelineStartEvent): void {
    const attributes: Api.Attributes = {};
    if (event.place !== undefined) attributes[ATTRIBUTE.place] = event.place;
    const trace = this.#traceOf(event);
    trace?.start(event, `pipeline ${event.pipeline}`, attributes);
    this.#dropNoop(trace, event);
  }

  onPipelineEnd(event: PipelineEndEvent): void {
    this.#end(event, {});
  }

  onNodeStart(event: NodeStartEvent): void {
    const trace = this.#runs.get(event.runId);
    if (trace === undefined) return;
    const attributes: Api.Attributes = { [ATTRIBUTE.node]: event.node };
    if (event.signature !== undefined) attributes[ATTRIBUTE.signature] = event.signature;
    trace.start(event, `node ${event.node}`, attributes);
  }

  onNodeEnd(event: NodeEndEvent): void {
    if (!event.nested) this.#metrics?.ended(event);
    const trace = this.#runs.get(event.runId);
    if (trace === undefined) return;
    const attributes: Api.Attributes = { [ATTRIBUTE.attempt]: event.attempt };
    if (event.bytes !== undefined) attributes[ATTRIBUTE.resultSize] = event.bytes;
    trace.end(event, attributes);
  }

  onNodeCached(event: NodeCachedEvent): void {
    this.#metrics?.cached(event);
    this.#runs.get(event.runId)?.cached(event);
  }

  onNodeRetry(event: NodeRetryEvent): void {
    this.#metrics?.retried(event);
    this.#runs.get(event.runId)?.retried(event);
  }

  onMapStart(event: MapStartEvent): void {
    const attributes: Api.Attributes = { [ATTRIBUTE.concurrency]: event.concurrency };
    if (event.total !== undefined) attributes[ATTRIBUTE.items] = event.total;
    if (event.place !== undefined) attributes[ATTRIBUTE.place] = event.place;
    const trace = this.#traceOf(event);
    trace?.startMap(event, attributes);
    this.#dropNoop(trace, event);
  }

  onMapItemStart(event: MapItemStartEvent): void {
    this.#runs.get(event.runId)?.startItem(event);
  }

  onMapItemEnd(event: MapItemEndEvent): void {
    this.#runs.get(event.runId)?.endItem(event);
  }

  onMapEnd(event: MapEndEvent): void {
    this.#end(event, { [ATTRIBUTE.items]: event.total });
  }

  /** Calls the node function inside the node's span; absent while there is no SDK, for it costs more than all the rest. */
  get wrapNode(): Callback['wrapNode'] {
    return this.#tracerProvider() === undefined ? undefined : this.#wrap;
  }

  /** Without an SDK, or with one that does nothing, nodes need not be told. @internal */
  [idleIn](runId: string): boolean {
    return !this.#runs.has(runId) && this.#metrics === undefined;
  }

  /** Headers that make spans of another process belong to the span of this event; none when nothing is traced. */
  traceHeaders(event: Pick<RunEvent, 'runId' | 'spanId' | 'parentSpanId'>): Readonly<Record<string, string>> {
    const trace = this.#runs.get(event.runId);
    const span = trace && this.#api.trace.getSpanContext(trace.contextOf(event));
    return span !== undefined && this.#api.isSpanContextValid(span) ? toHeaders(span) : {};
  }

  /** Makes the spans of node functions that run elsewhere belong to the span of this event. */
  companion(event: Pick<RunEvent, 'runId' | 'spanId' | 'parentSpanId'>): TraceContext | undefined {
    const { traceparent, tracestate } = this.traceHeaders(event);
    return traceparent === undefined ? undefined : new TraceContext({ traceparent, tracestate });
  }

  [getState](): TelemetryOptions {
    return { ...this.#options };
  }

  static [fromState](state: TelemetryOptions): TelemetryCallback {
    return new TelemetryCallback(state);
  }

  /** The trace that an event belongs to; begins it if there is an SDK that wants it. */
  #traceOf(event: RunEvent): RunTrace | undefined {
    let trace = this.#runs.get(event.runId);
    if (trace === undefined) {
      this.#findMeter();
      const provider = this.#tracerProvider();
      if (provider === undefined) return undefined;
      const itemSpans = Math.max(1, this.#options.itemSpans ?? DEFAULT_ITEM_SPANS);
      trace = new RunTrace(this.#api, provider.getTracer(SCOPE), this.#around(), itemSpans);
      this.#runs.set(event.runId, trace);
    }
    return trace;
  }

  /** Spans without a name in any trace come from an SDK that makes none: the others of the run can be spared. */
  #dropNoop(trace: RunTrace | undefined, event: RunEvent): void {
    if (trace === undefined || event.parentSpanId !== undefined) return;
    const span = this.#api.trace.getSpanContext(trace.contextOf(event));
    if (span === undefined || !this.#api.isSpanContextValid(span)) this.#runs.delete(event.runId);
  }

  /** The provider of the SDK that has been registered, if one has. */
  #tracerProvider(): Api.TracerProvider | undefined {
    const provider = this.#api.trace.getTracerProvider();
    // A proxy without a delegate stands for none.
    const { ProxyTracerProvider } = this.#api;
    return provider instanceof ProxyTracerProvider && provider.getDelegateTracer(SCOPE) === undefined
      ? undefined
      : provider;
  }

  #end(event: PipelineEndEvent | MapEndEvent, attributes: Api.Attributes): void {
    const trace = this.#runs.get(event.runId);
    if (trace === undefined) return;
    trace.end(event, attributes);
    if (trace.isOver) this.#runs.delete(event.runId);
  }

  /** The context in which the run was called, or else the one handed over from another process. */
  #around(): Api.Context {
    const { context, trace } = this.#api;
    const active = context.active();
    const { traceparent, tracestate } = this.#options;
    if (traceparent === undefined || trace.getSpanContext(active) !== undefined) return active;
    const remote = fromHeaders(this.#api, { traceparent, tracestate });
    return remote === undefined ? active : trace.setSpanContext(active, remote);
  }

  /** Meters, unlike tracers, do not wake up when an SDK is registered later. */
  #findMeter(): void {
    const meter = this.#api.metrics.getMeter(SCOPE);
    if (meter === this.#meter) return;
    this.#meter = meter;
    this.#metrics = meter === this.#api.createNoopMeter() ? undefined : new NodeMetrics(meter);
  }
}
