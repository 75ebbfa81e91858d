import type { RunContext } from '../context.ts';
import { isAbort } from '../is-abort.ts';
import type {
  MapEndEvent,
  MapItemEndEvent,
  MapItemStartEvent,
  MapStartEvent,
  NodeCachedEvent,
  NodeEndEvent,
  NodeProgressEvent,
  NodeRetryEvent,
  NodeStartEvent,
  PipelineEndEvent,
  PipelineStartEvent,
  RunEvent,
} from '../types.ts';
import { GroupTally } from './group-tally.ts';
import type { NodeTally } from './node-tally.ts';

/**
 * Counts what happens in one root run, as a tree of pipelines and nodes in which all items of a map are added up.
 *
 * It takes a constant number of additions and two look-ups for an event, and memory only for what is in progress.
 */
export class RunTally {
  readonly runId: string;
  /** Normally one; more when only parts of the run are observed. */
  readonly roots: GroupTally[] = [];
  executed = 0;
  cached = 0;
  failed = 0;
  retries = 0;
  /** Milliseconds that the cache saved. */
  savedMs = 0;
  /** By span: of a pipeline, a map, or an item of a map. */
  readonly #groups = new Map<number, GroupTally>();
  /** By span of the node that a pipeline is used as. */
  readonly #owners = new Map<number, NodeTally>();

  constructor(runId: string) {
    this.runId = runId;
  }

  /** Pipelines and maps at the root that are in progress. */
  get openRoots(): number {
    let open = 0;
    for (const root of this.roots) open += root.started - root.ended;
    return open;
  }

  /** The node that an event is about. */
  nodeOf(event: RunEvent & { readonly node: string }): NodeTally {
    return this.#groupAround(event).node(event.node);
  }

  /** The pipeline or map of a span in progress. */
  groupOf(spanId: number | undefined): GroupTally | undefined {
    return spanId === undefined ? undefined : this.#groups.get(spanId);
  }

  onPipelineStart(event: PipelineStartEvent, context: RunContext): void {
    this.#open(event, 'pipeline', context);
  }

  onPipelineEnd(event: PipelineEndEvent): void {
    this.#close(event);
  }

  onMapStart(event: MapStartEvent, context: RunContext): void {
    const group = this.#open(event, 'map', context);
    group.concurrency = event.concurrency;
    group.itemsTotal =
      event.total === undefined || group.itemsTotal === undefined ? undefined : group.itemsTotal + event.total;
  }

  onMapItemStart(event: MapItemStartEvent): void {
    const group = this.#groupAround(event);
    this.#groups.set(event.spanId, group);
    group.itemsActive++;
  }

  onMapItemEnd(event: MapItemEndEvent): void {
    const group = this.#groupAround(event);
    this.#groups.delete(event.spanId);
    group.itemsActive--;
    if (event.error !== undefined) {
      if (!isAbort(event.error)) group.itemsFailed++;
    } else {
      group.itemsDone++;
      if (event.cached) group.itemsCached++;
    }
  }

  onMapEnd(event: MapEndEvent): void {
    const group = this.#groups.get(event.spanId);
    if (group !== undefined && group.itemsTotal === undefined) group.itemsTotal = group.itemsFinished;
    this.#close(event);
  }

  onNodeStart(event: NodeStartEvent): void {
    const node = this.nodeOf(event);
    node.running++;
    node.lastStart = event.time;
    node.progress = undefined;
    if (event.nested) this.#owners.set(event.spanId, node);
  }

  onNodeEnd(event: NodeEndEvent): NodeTally {
    const node = this.nodeOf(event);
    node.running--;
    node.totalMs += event.durationMs;
    if (event.durationMs > node.maxMs) node.maxMs = event.durationMs;
    if (event.bytes !== undefined) node.bytes += event.bytes;
    if (event.attempt > 1 && node.retrying > 0) node.retrying--;
    if (event.nested) this.#owners.delete(event.spanId);
    if (event.error === undefined) {
      node.executed++;
      if (!event.nested) this.executed++;
    } else if (isAbort(event.error)) {
      node.aborted++;
    } else {
      node.failed++;
      node.firstFailure ??= { path: event.path, error: event.error };
      if (!event.nested) this.failed++;
    }
    return node;
  }

  onNodeCached(event: NodeCachedEvent): NodeTally {
    const node = this.nodeOf(event);
    node.cached++;
    this.cached++;
    if (event.savedMs !== undefined) {
      node.savedMs += event.savedMs;
      this.savedMs += event.savedMs;
    }
    return node;
  }

  onNodeRetry(event: NodeRetryEvent): void {
    const node = this.nodeOf(event);
    node.retries++;
    if (event.attempt === 1) node.retrying++;
    this.retries++;
  }

  onNodeProgress(event: NodeProgressEvent): void {
    this.nodeOf(event).progress = { done: event.done, total: event.total };
  }

  #open(
    event: RunEvent & { readonly place?: string | undefined },
    kind: 'pipeline' | 'map',
    context: RunContext,
  ): GroupTally {
    const owner = event.parentSpanId === undefined ? undefined : this.#owners.get(event.parentSpanId);
    let group = owner?.nested ?? this.#rootNamed(owner, event.pipeline, kind);
    if (group === undefined) {
      group = new GroupTally(owner?.name ?? event.pipeline, kind, owner);
      group.startedAt = event.time;
      for (const name of context.describe(event.pipeline)?.nodeNames ?? []) group.node(name);
      if (owner === undefined) this.roots.push(group);
      else owner.nested = group;
    }
    group.started++;
    if (event.place !== undefined) group.place = event.place;
    this.#groups.set(event.spanId, group);
    return group;
  }

  #close(event: PipelineEndEvent | MapEndEvent): void {
    const group = this.#groups.get(event.spanId);
    if (group === undefined) return;
    this.#groups.delete(event.spanId);
    group.ended++;
    group.endedAt = event.time;
    if (event.error !== undefined) {
      group.failed++;
      group.firstFailure ??= { path: event.path, error: event.error };
    }
  }

  /** A part of a run whose surroundings are not observed: its repetitions are added up too. */
  #rootNamed(owner: NodeTally | undefined, name: string, kind: 'pipeline' | 'map'): GroupTally | undefined {
    return owner === undefined ? this.roots.find((root) => root.name === name && root.kind === kind) : undefined;
  }

  #groupAround(event: RunEvent): GroupTally {
    const { parentSpanId } = event;
    const group = parentSpanId === undefined ? undefined : this.#groups.get(parentSpanId);
    if (group !== undefined) return group;
    const known = this.#rootNamed(undefined, event.pipeline, 'pipeline');
    if (known !== undefined) return known;
    const orphanage = new GroupTally(event.pipeline, 'pipeline', undefined);
    orphanage.startedAt = event.time;
    this.roots.push(orphanage);
    return orphanage;
  }
}
