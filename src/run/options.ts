import type { Cache } from '../cache/index.ts';
import type { Callback } from '../events/index.ts';
import type { ErrorMode, MapMode } from '../graph/index.ts';
import type { Engine } from './engine.ts';

/** How a pipeline runs; holds for everything nested in it, unless the nested pipeline says otherwise. */
export interface PipelineOptions {
  /** Name in paths, events and pictures. */
  readonly name?: string | undefined;
  /** Where results are kept; `null` switches caching off here and below. */
  readonly cache?: Cache | null | undefined;
  /** Who watches; `[]` silences here and below. */
  readonly callbacks?: readonly Callback[] | undefined;
  /** Where nodes run; default: in this thread. */
  readonly engine?: Engine | null | undefined;
  /** Milliseconds that one run of the pipeline (one item of a map) may take. */
  readonly timeout?: number | undefined;
  /** How many node functions may be in progress at once, over everything below one root run; default 100. */
  readonly concurrency?: number | undefined;
}

/** What can be said about one run only. */
export interface CommonRunOptions<Output extends string = string> {
  /** Names to compute; only what they need runs, and only its inputs are required. */
  readonly outputs?: readonly Output[] | undefined;
  /** Aborts the run. */
  readonly signal?: AbortSignal | undefined;
  readonly cache?: Cache | null | undefined;
  readonly callbacks?: readonly Callback[] | undefined;
  readonly engine?: Engine | null | undefined;
  /** Milliseconds that the whole call may take. */
  readonly timeout?: number | undefined;
  readonly concurrency?: number | undefined;
  /** Names of nodes that run even if the cache knows their result, with everything that follows from them. */
  readonly recompute?: readonly string[] | undefined;
  /** Whether to keep an account of what each node did, for `reportOf(result)`; default false. */
  readonly report?: boolean | undefined;
  /** Share of cache hits, 0 to 1, that run again to compare the results; default 0. */
  readonly spotCheck?: number | undefined;
}

/** What can be said about one `run`, `map` or `stream`. */
interface CallOptions<Output extends string, Override extends string> extends CommonRunOptions<Output> {
  /** Outputs whose given value replaces their node. */
  readonly override?: readonly Override[] | undefined;
}

/** What can be said about one `run`. */
export interface RunOptions<Output extends string = string, Override extends string = never>
  extends CallOptions<Output, Override> {
  /** `collect` returns what was finished instead of throwing; default `throw`. */
  readonly onError?: ErrorMode | undefined;
}

/** What can be said about one `map`. */
export interface MapOptions<
  Output extends string = string,
  Over = unknown,
  OnError extends ErrorMode = ErrorMode,
  Override extends string = string,
> extends CallOptions<Output, Override> {
  /** The input, or inputs, that take one item at a time. */
  readonly over: Over;
  /** `zip` (default) pairs the lists by position; `product` combines all with all, the last of `over` varying fastest. */
  readonly mode?: MapMode | undefined;
  /** `collect` leaves a hole for a failed item; default `throw`. */
  readonly onError?: OnError | undefined;
}

/** What can be said about one `stream`. */
export interface StreamOptions<Output extends string = string, Over = unknown, Override extends string = string>
  extends CallOptions<Output, Override> {
  readonly over: Over;
  /** Whether results come in the order of the items; default true. */
  readonly ordered?: boolean | undefined;
}
