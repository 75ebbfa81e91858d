import type {
  MapItemEndEvent,
  MapItemStartEvent,
  MapStartEvent,
  NodeCachedEvent,
  NodeRetryEvent,
  RunEvent,
} from '../../events/index.ts';
import type { Api } from '../opentelemetry-api.ts';
import { ATTRIBUTE, attributesOf, errorType } from './attributes.ts';

/** Something in progress that is traced, or that is not but may hold something that is. */
interface Open {
  /** `undefined` for what lies in an item of a map that is not traced. */
  readonly span: Api.Span | undefined;
  /** What spans of the user's nest in. */
  readonly context: Api.Context;
  readonly items: ItemCounts | undefined;
}

interface ItemCounts {
  /** Items that got a span when they started. */
  sampled: number;
  traced: number;
  cached: number;
  failed: number;
  /** One item of so many is traced. */
  readonly step: number;
}

/** The spans of one root run. */
export class RunTrace {
  readonly #api: typeof Api;
  readonly #tracer: Api.Tracer;
  readonly #around: Api.Context;
  readonly #itemSpans: number;
  readonly #open = new Map<number, Open>();
  /** An error goes up through several spans; its stack is recorded where it comes from. */
  readonly #recorded = new WeakSet<object>();

  /**
   * @param around What the root span lies in.
   * @param itemSpans Most items of a map that get a span.
   */
  constructor(api: typeof Api, tracer: Api.Tracer, around: Api.Context, itemSpans: number) {
    this.#api = api;
    this.#tracer = tracer;
    this.#around = around;
    this.#itemSpans = itemSpans;
  }

  /** True when everything that was started has ended. */
  get isOver(): boolean {
    return this.#open.size === 0;
  }

  /** What the work of this event lies in. */
  contextOf(event: Pick<RunEvent, 'spanId' | 'parentSpanId'>): Api.Context {
    return (this.#open.get(event.spanId) ?? this.#parentOf(event))?.context ?? this.#around;
  }

  start(event: RunEvent, name: string, attributes: Api.Attributes): void {
    const parent = this.#parentOf(event);
    if (parent !== undefined && parent.span === undefined) {
      this.#open.set(event.spanId, { span: undefined, context: parent.context, items: undefined });
    } else {
      this.#startSpan(event, name, attributes, undefined);
    }
  }

  startMap(event: MapStartEvent, attributes: Api.Attributes): void {
    const parent = this.#parentOf(event);
    const step = event.total === undefined ? 1 : Math.max(1, Math.ceil(event.total / this.#itemSpans));
    const items: ItemCounts = { sampled: 0, traced: 0, cached: 0, failed: 0, step };
    if (parent !== undefined && parent.span === undefined) {
      this.#open.set(event.spanId, { span: undefined, context: parent.context, items });
    } else {
      this.#startSpan(event, `map ${event.pipeline}`, attributes, items);
    }
  }

  startItem(event: MapItemStartEvent): void {
    const map = this.#parentOf(event);
    const items = map?.items;
    const untraced = map !== undefined && map.span === undefined;
    if (untraced || (items !== undefined && (event.index % items.step !== 0 || items.sampled >= this.#itemSpans))) {
      this.#open.set(event.spanId, { span: undefined, context: map?.context ?? this.#around, items: undefined });
      return;
    }
    if (items !== undefined) {
      items.sampled++;
      items.traced++;
    }
    this.#startSpan(event, `item ${event.pipeline}`, { [ATTRIBUTE.itemIndex]: event.index }, undefined);
  }

  endItem(event: MapItemEndEvent): void {
    const map = this.#parentOf(event);
    if (map?.items !== undefined) {
      if (event.cached) map.items.cached++;
      if (event.error !== undefined) map.items.failed++;
    }
    const item = this.#open.get(event.spanId);
    // One that failed is worth a span, even if what happened in it is gone.
    if (event.error !== undefined && item?.span === undefined && map?.span !== undefined && map.items !== undefined) {
      if (map.items.failed <= this.#itemSpans) {
        const from = { ...event, time: event.time - event.durationMs };
        this.#startSpan(from, `item ${event.pipeline}`, { [ATTRIBUTE.itemIndex]: event.index }, undefined);
        map.items.traced++;
      }
    }
    this.end(event, { [ATTRIBUTE.itemCached]: event.cached });
  }

  end(event: RunEvent & { readonly error?: unknown }, attributes: Api.Attributes): void {
    const open = this.#open.get(event.spanId);
    this.#open.delete(event.spanId);
    const span = open?.span;
    if (span === undefined) return;
    span.setAttributes(attributes);
    if (open?.items !== undefined) {
      const { cached, failed, traced } = open.items;
      span.setAttributes({
        [ATTRIBUTE.itemsCached]: cached,
        [ATTRIBUTE.itemsFailed]: failed,
        [ATTRIBUTE.itemsTraced]: traced,
      });
    }
    if (event.error !== undefined) this.#fail(span, event.error, event.time);
    span.end(event.time);
  }

  cached(event: NodeCachedEvent): void {
    const attributes: Api.Attributes = { [ATTRIBUTE.node]: event.node, [ATTRIBUTE.signature]: event.signature };
    if (event.savedMs !== undefined) attributes[ATTRIBUTE.saved] = event.savedMs / 1000;
    this.#parentOf(event)?.span?.addEvent('hypernodes.cache.hit', attributes, event.time);
  }

  retried(event: NodeRetryEvent): void {
    const { error } = event;
    const attributes: Api.Attributes = {
      [ATTRIBUTE.attempt]: event.attempt,
      [ATTRIBUTE.retryDelay]: event.delayMs / 1000,
      'exception.type': errorType(error),
      'exception.message': error instanceof Error ? error.message : String(typeof error),
    };
    this.#open.get(event.spanId)?.span?.addEvent('hypernodes.node.retry', attributes, event.time);
  }

  #parentOf({ parentSpanId }: Pick<RunEvent, 'parentSpanId'>): Open | undefined {
    return parentSpanId === undefined ? undefined : this.#open.get(parentSpanId);
  }

  #startSpan(event: RunEvent, name: string, attributes: Api.Attributes, items: ItemCounts | undefined): void {
    const around = this.#parentOf(event)?.context ?? this.#around;
    const all = Object.assign(attributesOf(event), attributes);
    const span = this.#tracer.startSpan(name, { startTime: event.time, attributes: all }, around);
    this.#open.set(event.spanId, { span, context: this.#api.trace.setSpan(around, span), items });
  }

  #fail(span: Api.Span, error: unknown, time: number): void {
    span.setAttribute('error.type', errorType(error));
    const message = error instanceof Error ? error.message : String(typeof error);
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message });
    if (error instanceof Error) {
      if (this.#recorded.has(error)) return;
      this.#recorded.add(error);
      span.recordException(error, time);
    }
  }
}
