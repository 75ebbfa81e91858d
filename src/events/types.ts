import type { RunContext } from './context.ts';

/** What every event of a run carries. */
export interface RunEvent {
  /** Same for everything below one `run`, `map` or `stream` call. */
  readonly runId: string;
  /** Same for the start and the end of one thing. */
  readonly spanId: number;
  /** Span that this one lies in; `undefined` at the root. */
  readonly parentSpanId: number | undefined;
  /** `all > per_doc[3] > wordCount`. */
  readonly path: string;
  /** Number of `>` in the path: 0 for the root pipeline, 1 for its nodes. */
  readonly depth: number;
  /** Name of the pipeline that the event belongs to. */
  readonly pipeline: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** A pipeline starts to run. */
export interface PipelineStartEvent extends RunEvent {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Where the pipeline runs, when that is not this thread: `workers ×2`, `modal A100`. */
  readonly place?: string | undefined;
}

/** A pipeline has run, or failed: then with `error`. */
export interface PipelineEndEvent extends RunEvent {
  readonly outputs?: Readonly<Record<string, unknown>> | undefined;
  readonly error?: unknown;
  readonly durationMs: number;
}

/** A node starts. */
export interface NodeStartEvent extends RunEvent {
  /** Name of the node: its outputs joined by `, `, or its label. */
  readonly node: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Cache key of this execution, when caching is on. */
  readonly signature?: string | undefined;
  /** True for a pipeline used as a node: its own events follow. */
  readonly nested: boolean;
}

/** A node has run, or failed: then with `error`. */
export interface NodeEndEvent extends RunEvent {
  readonly node: string;
  readonly outputs?: Readonly<Record<string, unknown>> | undefined;
  readonly error?: unknown;
  readonly durationMs: number;
  readonly signature?: string | undefined;
  readonly nested: boolean;
  /** Number of the last attempt, from 1. */
  readonly attempt: number;
  /** Size of the result in the cache, when it was stored and the cache knows. */
  readonly bytes?: number | undefined;
}

/** A node did not run: the cache had its result. */
export interface NodeCachedEvent extends RunEvent {
  readonly node: string;
  readonly signature: string;
  /** How long the execution took whose result was reused, when the cache knows. */
  readonly savedMs?: number | undefined;
}

/** A node failed and will be tried again. */
export interface NodeRetryEvent extends RunEvent {
  readonly node: string;
  /** Attempt that failed, from 1. */
  readonly attempt: number;
  readonly error: unknown;
  /** Milliseconds until the next attempt. */
  readonly delayMs: number;
}

/** A node tells how far it is. */
export interface NodeProgressEvent extends RunEvent {
  readonly node: string;
  readonly done: number;
  readonly total?: number | undefined;
}

/** A node writes a line. */
export interface NodeLogEvent extends RunEvent {
  readonly node: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly data?: unknown;
}

/** How important a line is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A node or pipeline threw; its end event follows. */
export interface ErrorEvent extends RunEvent {
  /** Absent when a pipeline itself failed (time-out, abort). */
  readonly node?: string | undefined;
  readonly error: unknown;
}

/** A map starts. */
export interface MapStartEvent extends RunEvent {
  /** Number of items; `undefined` while a stream is still open. */
  readonly total: number | undefined;
  readonly concurrency: number;
  readonly place?: string | undefined;
}

/** An item of a map starts. */
export interface MapItemStartEvent extends RunEvent {
  readonly index: number;
  readonly total: number | undefined;
}

/** An item of a map is done, or failed: then with `error`. */
export interface MapItemEndEvent extends RunEvent {
  readonly index: number;
  readonly total: number | undefined;
  readonly durationMs: number;
  /** True when no node of the item executed. */
  readonly cached: boolean;
  readonly outputs?: Readonly<Record<string, unknown>> | undefined;
  readonly error?: unknown;
}

/** A map is done, or failed: then with `error`. */
export interface MapEndEvent extends RunEvent {
  readonly total: number;
  readonly failed: number;
  readonly durationMs: number;
  readonly error?: unknown;
}

/** Name of each observer method, and the event that it gets. */
export interface EventMap {
  onPipelineStart: PipelineStartEvent;
  onPipelineEnd: PipelineEndEvent;
  onNodeStart: NodeStartEvent;
  onNodeEnd: NodeEndEvent;
  onNodeCached: NodeCachedEvent;
  onNodeRetry: NodeRetryEvent;
  onNodeProgress: NodeProgressEvent;
  onNodeLog: NodeLogEvent;
  onError: ErrorEvent;
  onMapStart: MapStartEvent;
  onMapItemStart: MapItemStartEvent;
  onMapItemEnd: MapItemEndEvent;
  onMapEnd: MapEndEvent;
}

/** Name of an event. */
export type EventName = keyof EventMap;

/**
 * An observer of runs: an object with any of these methods.
 *
 * Methods are called in the order of the `callbacks` list, before the run goes on; what they return is not awaited.
 * One that throws is reported once as a process warning and never disturbs the run.
 */
export type Callback = {
  readonly [Name in EventName]?: (event: EventMap[Name], context: RunContext) => void;
} & {
  /**
   * Called around each call of a node function, with the event that started the node, so that what the function does
   * happens inside something of the callback's: a tracing context, a profiler label.
   *
   * It must call `run` exactly once, at once, and return what `run` returns. Nested pipelines are not wrapped.
   * Whether it is there is looked up when a root run starts.
   */
  readonly wrapNode?: (<T>(event: NodeStartEvent, run: () => T) => T) | undefined;
  /**
   * Headers (W3C `traceparent`, `tracestate`) that make what happens in another process belong to the span of `event`;
   * asked for by engines that send work away.
   */
  traceHeaders?(event: Pick<RunEvent, 'runId' | 'spanId' | 'parentSpanId'>): Readonly<Record<string, string>>;
  /**
   * What goes along with work of this run that is sent elsewhere, packed, and is called there; events come home in any
   * case. `undefined` for nothing.
   */
  companion?(event: Pick<RunEvent, 'runId' | 'spanId' | 'parentSpanId'>): Callback | undefined;
  /**
   * True for a callback that never looks at `inputs` and `outputs` of events: an engine that runs things elsewhere then
   * need not send the values home, and may leave them empty.
   */
  readonly ignoresValues?: boolean | undefined;
  /** Called, and awaited, at the end of every root run. */
  flush?(): void | Promise<void>;
  /** Called when the owner of the callback is done with it. */
  close?(): void | Promise<void>;
};
