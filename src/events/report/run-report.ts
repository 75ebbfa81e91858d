import { reportPage } from './page.ts';
import { reportTable } from './table.ts';
import type { TimelineBar } from './timeline.ts';

/** What one node, nested pipeline or map did in a run, over all items of the maps around it. */
export interface NodeReport {
  /** Without item indices: `all > per_doc > wordCount`. */
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly kind: 'node' | 'pipeline' | 'map';
  /** Where it ran, when that was not here: `workers ×2`. */
  readonly place: string | undefined;
  readonly executions: number;
  readonly hits: number;
  readonly failures: number;
  readonly retries: number;
  /** Items of a map. */
  readonly items: number | undefined;
  /** Milliseconds of all executions together; of a pipeline or map, from its first start to its last end. */
  readonly totalMs: number;
  /** Milliseconds of the longest execution. */
  readonly maxMs: number;
  /** Milliseconds that the cache saved. */
  readonly savedMs: number;
  /** Bytes stored in the cache. */
  readonly bytes: number;
  /** The first execution that failed: its path, and the error on one line. */
  readonly firstFailure?: { readonly path: string; readonly error: string } | undefined;
  readonly timeline: readonly TimelineBar[];
}

/** The plain data of a {@link RunReport}. */
export interface RunReportData {
  readonly runId: string;
  /** Of the root pipeline. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Node executions that ended with a result; nested pipelines are not counted, their nodes are. */
  readonly executed: number;
  readonly cached: number;
  readonly failed: number;
  readonly retries: number;
  readonly savedMs: number;
  /** Pipelines before their nodes, nodes in execution order. */
  readonly nodes: readonly NodeReport[];
}

/** What a run did and how long it took, node by node. */
export class RunReport implements RunReportData {
  readonly runId: string;
  readonly name: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly executed: number;
  readonly cached: number;
  readonly failed: number;
  readonly retries: number;
  readonly savedMs: number;
  readonly nodes: readonly NodeReport[];

  constructor(data: RunReportData) {
    this.runId = data.runId;
    this.name = data.name;
    this.startedAt = data.startedAt;
    this.durationMs = data.durationMs;
    this.executed = data.executed;
    this.cached = data.cached;
    this.failed = data.failed;
    this.retries = data.retries;
    this.savedMs = data.savedMs;
    this.nodes = data.nodes;
  }

  /** A table for a terminal or a log. */
  toString(): string {
    return reportTable(this);
  }

  /** Plain data; `new RunReport(data)` makes a report of it again. */
  toJSON(): RunReportData {
    return { ...this };
  }

  /** A self-contained page with a timeline, in light and dark. */
  toHTML(): string {
    return reportPage(this);
  }
}
