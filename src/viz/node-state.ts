import { formatCount, formatDuration, type NodeReport, type RunReportData } from '../events/index.ts';

/** What a run did with a node. */
export interface NodeState {
  readonly kind: 'executed' | 'cached' | 'failed';
  /** In a few words: `1,163 items, 28 cached, 224ms`. */
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
  if (items !== undefined) parts.push(`${formatCount(items)} items`);
  else if (calls > 1) parts.push(`${formatCount(calls)} ×`);
  if (hits > 0) parts.push(kind === 'cached' ? 'cached' : `${formatCount(hits)} cached`);
  if (failures > 0) parts.push(calls === 1 ? 'failed' : `${formatCount(failures)} failed`);
  if (executions + failures > 0) parts.push(formatDuration(totalMs));
  return { kind, summary: parts.join(', ') };
}
