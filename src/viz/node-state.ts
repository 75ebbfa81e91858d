import type { NodeReport, RunReportData } from '../events/index.ts';

/** What a run did with a node. */
export interface NodeState {
  readonly kind: 'executed' | 'cached' | 'failed';
  /** In a few words: `1,163 items, 28 cached, 224 ms`. */
  readonly summary: string;
}

/** What a run did with each node, by path. */
export function statesOf(report: RunReportData | undefined): ReadonlyMap<string, NodeState> {
  return new Map(report?.nodes.map((node) => [node.path, stateOf(node)]));
}

function stateOf({ executions, hits, failures, items, totalMs }: NodeReport): NodeState {
  const calls = executions + hits + failures;
  const kind = failures > 0 ? 'failed' : hits > 0 && executions === 0 ? 'cached' : 'executed';
  const parts: string[] = [];
  if (items !== undefined) parts.push(`${count(items)} items`);
  else if (calls > 1) parts.push(`${count(calls)} ×`);
  if (hits > 0) parts.push(kind === 'cached' ? 'cached' : `${count(hits)} cached`);
  if (failures > 0) parts.push(calls === 1 ? 'failed' : `${count(failures)} failed`);
  if (executions + failures > 0) parts.push(duration(totalMs));
  return { kind, summary: parts.join(', ') };
}

const count = (number: number): string => number.toLocaleString('en-US');

function duration(ms: number): string {
  if (ms < 1) return '<1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}
