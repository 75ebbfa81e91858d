import type { GroupTally } from './group-tally.ts';

/** Where a node stands, over all its executions. */
export type NodeState = 'pending' | 'running' | 'retrying' | 'done' | 'cached' | 'failed' | 'aborted';

/** What happened so far to one node of a pipeline, over all items of the maps around it. */
export class NodeTally {
  readonly name: string;
  /** The pipeline or map that the node belongs to. */
  readonly group: GroupTally;
  /** The pipeline that the node is, from its first start on. */
  nested: GroupTally | undefined;
  /** Executions now in progress. */
  running = 0;
  /** Of these, the ones that failed before and are on a further attempt, or wait for it. */
  retrying = 0;
  /** Executions that ended with a result. */
  executed = 0;
  cached = 0;
  failed = 0;
  /** Executions that were stopped because something else failed or the run was aborted. */
  aborted = 0;
  /** Attempts that failed and were followed by another one. */
  retries = 0;
  /** Milliseconds of all finished executions together. */
  totalMs = 0;
  /** Milliseconds of the longest one. */
  maxMs = 0;
  /** Milliseconds that the cache saved. */
  savedMs = 0;
  /** Bytes of the results that were stored in the cache. */
  bytes = 0;
  /** Milliseconds since the epoch of the last start. */
  lastStart = 0;
  /** What the node last said about how far it is. */
  progress: { readonly done: number; readonly total: number | undefined } | undefined;
  /** The first error, and where it happened. */
  firstFailure: { readonly path: string; readonly error: unknown } | undefined;

  constructor(name: string, group: GroupTally) {
    this.name = name;
    this.group = group;
  }

  /** Executions that are over, in whatever way. */
  get finished(): number {
    return this.executed + this.cached + this.failed + this.aborted;
  }

  /** Executions that are over or in progress. */
  get started(): number {
    return this.finished + this.running;
  }

  get state(): NodeState {
    if (this.running > 0) return this.retrying > 0 && this.retrying === this.running ? 'retrying' : 'running';
    if (this.finished === 0) return 'pending';
    if (this.group.open && this.finished < (this.group.expected ?? Number.POSITIVE_INFINITY)) return 'running';
    if (this.failed > 0) return 'failed';
    if (this.aborted > 0) return 'aborted';
    return this.executed === 0 || this.nested?.fromCache ? 'cached' : 'done';
  }
}
