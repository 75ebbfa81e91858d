import type { RunContext } from '../context.ts';
import { type GroupTally, type NodeTally, RunTally } from '../tally/index.ts';
import type {
  Callback,
  MapEndEvent,
  MapItemEndEvent,
  MapItemStartEvent,
  MapStartEvent,
  NodeCachedEvent,
  NodeEndEvent,
  NodeRetryEvent,
  NodeStartEvent,
  PipelineEndEvent,
  PipelineStartEvent,
} from '../types.ts';
import { oneLineError } from './one-line-error.ts';
import { type NodeReport, RunReport } from './run-report.ts';
import { Timeline } from './timeline.ts';

/** A callback that turns the events of one root run into a {@link RunReport}; use a new one for each run. */
export class ReportCollector implements Callback {
  readonly ignoresValues = true;
  #tally: RunTally | undefined;
  #startedAt = 0;
  #endedAt = 0;
  readonly #timelines = new Map<NodeTally, Timeline>();

  onPipelineStart(event: PipelineStartEvent, context: RunContext): void {
    this.#of(event).onPipelineStart(event, context);
  }

  onPipelineEnd(event: PipelineEndEvent): void {
    this.#of(event).onPipelineEnd(event);
    this.#endedAt = event.time;
  }

  onMapStart(event: MapStartEvent, context: RunContext): void {
    this.#of(event).onMapStart(event, context);
  }

  onMapItemStart(event: MapItemStartEvent): void {
    this.#of(event).onMapItemStart(event);
  }

  onMapItemEnd(event: MapItemEndEvent): void {
    this.#of(event).onMapItemEnd(event);
  }

  onMapEnd(event: MapEndEvent): void {
    this.#of(event).onMapEnd(event);
    this.#endedAt = event.time;
  }

  onNodeStart(event: NodeStartEvent): void {
    this.#of(event).onNodeStart(event);
  }

  onNodeEnd(event: NodeEndEvent): void {
    const node = this.#of(event).onNodeEnd(event);
    const to = event.time - this.#startedAt;
    this.#timeline(node).add(to - event.durationMs, to, event.error === undefined ? 'executed' : 'failed');
  }

  onNodeCached(event: NodeCachedEvent): void {
    const node = this.#of(event).onNodeCached(event);
    const at = event.time - this.#startedAt;
    this.#timeline(node).add(at, at, 'cached');
  }

  onNodeRetry(event: NodeRetryEvent): void {
    this.#of(event).onNodeRetry(event);
  }

  /** What happened until now. */
  report(): RunReport {
    const tally = this.#tally;
    return new RunReport({
      runId: tally?.runId ?? '',
      name: tally?.roots[0]?.name ?? '',
      startedAt: this.#startedAt,
      durationMs: Math.max(0, this.#endedAt - this.#startedAt),
      executed: tally?.executed ?? 0,
      cached: tally?.cached ?? 0,
      failed: tally?.failed ?? 0,
      retries: tally?.retries ?? 0,
      savedMs: tally?.savedMs ?? 0,
      nodes: tally?.roots.flatMap((root) => this.#reportGroup(root, '', 0)) ?? [],
    });
  }

  #of(event: { readonly runId: string; readonly time: number }): RunTally {
    if (this.#tally === undefined) {
      this.#tally = new RunTally(event.runId);
      this.#startedAt = event.time;
    }
    return this.#tally;
  }

  #timeline(node: NodeTally): Timeline {
    let timeline = this.#timelines.get(node);
    if (timeline === undefined) {
      timeline = new Timeline();
      this.#timelines.set(node, timeline);
    }
    return timeline;
  }

  #reportGroup(group: GroupTally, around: string, depth: number): NodeReport[] {
    const path = around + group.name;
    const { owner } = group;
    const from = group.startedAt - this.#startedAt;
    const to = Math.max(from, (group.endedAt || this.#endedAt) - this.#startedAt);
    const failures = owner?.failed ?? group.failed;
    const own: NodeReport = {
      path,
      name: group.name,
      depth,
      kind: group.kind,
      place: group.place,
      executions: group.ended - group.failed,
      hits: group.kind === 'map' ? group.itemsCached : 0,
      failures: group.kind === 'map' ? Math.max(group.itemsFailed, failures) : failures,
      retries: 0,
      items: group.kind === 'map' ? group.itemsTotal : undefined,
      totalMs: to - from,
      maxMs: owner?.maxMs ?? to - from,
      savedMs: 0,
      bytes: owner?.bytes ?? 0,
      firstFailure: ownFailure(group),
      timeline: (owner && this.#timelines.get(owner)?.bars) ?? [
        { from, to, kind: failures > 0 ? 'failed' : 'executed', count: 1 },
      ],
    };
    return [own, ...[...group.nodes.values()].flatMap((node) => this.#reportNode(node, `${path} > `, depth + 1))];
  }

  #reportNode(node: NodeTally, around: string, depth: number): NodeReport[] {
    if (node.nested !== undefined) return this.#reportGroup(node.nested, around, depth);
    if (node.started === 0) return [];
    return [
      {
        path: around + node.name,
        name: node.name,
        depth,
        kind: 'node',
        place: undefined,
        executions: node.executed,
        hits: node.cached,
        failures: node.failed,
        retries: node.retries,
        items: undefined,
        totalMs: node.totalMs,
        maxMs: node.maxMs,
        savedMs: node.savedMs,
        bytes: node.bytes,
        firstFailure: failureOf(node),
        timeline: this.#timelines.get(node)?.bars ?? [],
      },
    ];
  }
}

const failureOf = ({ firstFailure }: Pick<NodeTally, 'firstFailure'>): NodeReport['firstFailure'] =>
  firstFailure && { path: firstFailure.path, error: oneLineError(firstFailure.error) };

/** The failure of a pipeline or map for which none of its nodes is to blame: a time-out, an abort. */
function ownFailure(group: GroupTally): NodeReport['firstFailure'] {
  return [...group.nodes.values()].some(hasFailed) ? undefined : failureOf(group);
}

const hasFailed = ({ nested, firstFailure }: NodeTally): boolean =>
  firstFailure !== undefined || (nested !== undefined && [...nested.nodes.values()].some(hasFailed));
