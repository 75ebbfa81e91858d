import type { Callback, EventName, LogLevel, NodeStartEvent, RunEvent } from '../../events/index.ts';
import type { RecomputeRequest } from '../caching/recompute.ts';
import type { ItemCounts } from './item-counts.ts';

/** A run of a whole pipeline, to be done elsewhere. */
export interface RunRequest extends PipelineRequest {
  readonly kind: 'run';
  /** Inputs by name; what is absent is undefined. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly onError: 'throw' | 'collect';
}

/** Some of the items of a map, to be done elsewhere. */
export interface ItemsRequest extends PipelineRequest {
  readonly kind: 'items';
  /** Digest of the part with the inputs that all items share, by name. */
  readonly shared: string;
  /** Which inputs differ from item to item. */
  readonly over: readonly string[];
  /** For each of them, the values of these items. */
  readonly columns: readonly (readonly unknown[])[];
  /** Number of the first one in the whole map, and how many there are. */
  readonly first: number;
  readonly count: number;
  readonly total: number;
  readonly onError: 'throw' | 'collect';
  /** Items that may be in progress at once. */
  readonly concurrency: number;
  /** Whether it is enough to count what happens in the items. */
  readonly counts: boolean;
}

interface PipelineRequest {
  /** Digest of the part with the pipeline. */
  readonly pipeline: string;
  readonly outputs: readonly string[];
  /** Outputs whose values are given from outside, with the others. */
  readonly override: readonly string[];
  readonly runId: string;
  /** Path of the run or map, with and without item indices. */
  readonly path: string;
  readonly staticPath: string;
  readonly recompute: RecomputeRequest | undefined;
  readonly spotCheck: number;
  /** Milliseconds that the run, or each item, may take. */
  readonly timeout: number | undefined;
  /** How often to say that the place still answers, in milliseconds. */
  readonly signsEveryMs: number | undefined;
}

/** One call of a node's function, to be done elsewhere. */
export interface NodeRequest {
  readonly kind: 'node';
  /** Digest of the part with the function. */
  readonly code: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly attempt: number;
  /** What callbacks at home send along, to be around the call, and the event for it. */
  readonly around: { readonly callbacks: readonly Callback[]; readonly event: NodeStartEvent } | undefined;
}

export type JobRequest = RunRequest | ItemsRequest | NodeRequest;

/** What user code threw, and where. */
export interface JobFailure {
  readonly error: unknown;
  readonly path: string | undefined;
}

/** What is known of a finished job besides its results. */
export interface JobAccount {
  readonly executed: number;
  readonly cached: number;
  /** Failures that nested maps collected. */
  readonly collected: readonly { readonly path: string; readonly error: unknown }[];
}

export interface RunResponse extends JobAccount {
  /** Outputs by name; those that a collected failure prevented are absent. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly digests: Readonly<Record<string, string>>;
  /** Failures that did not end the run. */
  readonly failures: readonly { readonly path: string; readonly error: unknown }[];
}

/** Items that have finished since the last ones were sent home, and what was done for them. */
export interface FinishedItems extends JobAccount {
  /** Position of each of them in the request. */
  readonly positions: readonly number[];
  /** For each output, the values of these items. */
  readonly columns: readonly (readonly unknown[])[];
  readonly digests: readonly (readonly (string | undefined)[])[] | undefined;
  /** Failed items, by their position in the request; they are not among the others. */
  readonly failures: readonly (JobFailure & { readonly position: number })[];
}

export interface ItemsResponse extends FinishedItems {
  readonly work: WorkMessage['work'];
  readonly counts: WorkMessage['counts'];
  /** Milliseconds for which the thread was busy, and that the items took in all. */
  readonly busyMs: number;
  readonly wallMs: number;
}

export interface NodeResponse {
  readonly result: unknown;
  readonly busyMs: number;
}

/** What a job gives: its results, or what ended it. */
export type JobResponse<T> = { readonly done: T } | { readonly failed: JobFailure };

/** An event on its way home: the number of its list of callbacks, its name, and itself. */
export type RelayedEvent = readonly [list: number, name: EventName, event: RunEvent];

/** What a run, or a chunk of items, sends while it works. */
export interface WorkMessage {
  /** A number for this try: another one says that the work was begun anew, because its place was lost. */
  readonly work: number;
  readonly events: readonly RelayedEvent[];
  readonly counts: ItemCounts | undefined;
  readonly items: FinishedItems | undefined;
}

/** What a job sends while it works. */
export type JobMessage =
  | { readonly sign: true }
  | WorkMessage
  | { readonly progress: { readonly done: number; readonly total: number | undefined } }
  | { readonly log: { readonly level: LogLevel; readonly message: string; readonly data: unknown } };
