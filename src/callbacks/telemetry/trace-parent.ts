import type { Api } from '../opentelemetry-api.ts';

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/** The headers of W3C Trace Context for a span. */
export function toHeaders(span: Api.SpanContext): Readonly<Record<string, string>> {
  const flags = span.traceFlags.toString(16).padStart(2, '0');
  const headers: Record<string, string> = { traceparent: `00-${span.traceId}-${span.spanId}-${flags}` };
  const state = span.traceState?.serialize();
  if (state) headers.tracestate = state;
  return headers;
}

/** What another process says about the span that work here belongs to. */
export interface TraceHeaders {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

/** The span that these headers name; `undefined` if they are not valid. */
export function fromHeaders(api: typeof Api, { traceparent, tracestate }: TraceHeaders): Api.SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent.trim()) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  const span = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  if (!api.isSpanContextValid(span)) return undefined;
  return tracestate === undefined ? span : { ...span, traceState: api.createTraceState(tracestate) };
}
