import {
  formatCount,
  formatDuration,
  type GroupTally,
  isAbort,
  type NodeState,
  type NodeTally,
} from '../../events/index.ts';
import { describeError } from './describe-error.ts';
import type { Fact, OutlineLine } from './outline-line.ts';

/** What a line may say about time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Items per second that a map gets done now. */
  rate(group: GroupTally): number;
}

const fact = (text: string, tone: Fact['tone'] = 'plain'): Fact => ({ text, tone });

function outcomes(counts: { cached: number; failed: number; retries?: number }): Fact[] {
  const facts: Fact[] = [];
  if (counts.failed > 0) facts.push(fact(`${formatCount(counts.failed)} failed`, 'failed'));
  if (counts.cached > 0) facts.push(fact(`${formatCount(counts.cached)} cached`, 'cached'));
  if ((counts.retries ?? 0) > 0) {
    facts.push(fact(`${formatCount(counts.retries!)} ${counts.retries === 1 ? 'retry' : 'retries'}`, 'retried'));
  }
  return facts;
}

/** `847/1,000`, `847/~3,000`, `847`. */
function outOf(done: number, total: number | undefined, estimated = false): string {
  return total === undefined
    ? formatCount(done)
    : `${formatCount(done)}/${estimated ? '~' : ''}${formatCount(Math.max(total, done))}`;
}

const shareOf = (done: number, total: number | undefined): number | undefined =>
  total === undefined || total === 0 ? undefined : Math.min(1, done / total);

/** Whether nodes of the group run more than once. */
export const isRepeated = (group: GroupTally): boolean => group.expected !== 1 || group.kind === 'map';

export function stateOfGroup(group: GroupTally): NodeState {
  if (group.owner !== undefined) return group.owner.state;
  if (group.open) return 'running';
  if (group.failed > 0) return isAbort(group.firstFailure?.error) ? 'aborted' : 'failed';
  return group.fromCache ? 'cached' : 'done';
}

function mapFacts(group: GroupTally, clock: Clock, running: boolean): Fact[] {
  const done = group.itemsFinished;
  const results = outcomes({ failed: group.itemsFailed, cached: group.itemsCached });
  if (!running) {
    const ms = group.endedAt - group.startedAt;
    const known = group.itemsTotal ?? done;
    const facts = [
      fact(done === known ? `${formatCount(done)} ${done === 1 ? 'item' : 'items'}` : outOf(done, known)),
      fact(formatDuration(ms), 'quiet'),
      ...results,
    ];
    if (ms >= 1000) facts.push(fact(`${formatRate((done * 1000) / ms)}/s`, 'quiet'));
    return facts;
  }
  const total = group.expected;
  const rate = clock.rate(group);
  const facts = [fact(outOf(done, total, group.estimated)), ...results.slice(0, 1)];
  if (rate > 0) {
    facts.push(fact(`${formatRate(rate)}/s`, 'quiet'));
    if (total !== undefined && done < total) facts.push(fact(`ETA ${formatDuration(((total - done) / rate) * 1000)}`));
  }
  facts.push(...results.slice(1));
  if (group.concurrency > 0 && group.owner?.group.kind !== 'map') {
    facts.push(fact(`${group.itemsActive}/${group.concurrency} active`, 'quiet'));
  }
  return facts;
}

const formatRate = (rate: number): string => (rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate)));

/** The line of a pipeline or map. */
export function describeGroup(group: GroupTally, depth: number, clock: Clock): OutlineLine {
  const state = stateOfGroup(group);
  const running = state === 'running' || state === 'retrying';
  const { owner } = group;
  const base = { depth, state, name: group.name, place: group.place };
  if (group.kind === 'map') {
    const share = running ? shareOf(group.itemsFinished, group.expected) : undefined;
    return { ...base, share, facts: mapFacts(group, clock, running) };
  }
  if (owner !== undefined && isRepeated(owner.group)) return { ...base, facts: repeatedFacts(owner, running) };
  const ms = (running ? clock.now : group.endedAt) - group.startedAt;
  return { ...base, facts: [fact(formatDuration(ms), 'quiet')] };
}

function repeatedFacts(node: NodeTally, running: boolean): Fact[] {
  const expected = node.group.expected;
  const facts = [fact(outOf(node.finished, expected, node.group.estimated)), ...outcomes(node)];
  if (running && node.running > 0) facts.push(fact(`${node.running} running`, 'quiet'));
  return facts;
}

/** The line of a node that is no pipeline. */
export function describeNode(node: NodeTally, depth: number, clock: Clock): OutlineLine {
  const { state } = node;
  const running = state === 'running' || state === 'retrying';
  const base = { depth, state, name: node.name };
  if (state === 'pending') return { ...base, facts: [] };
  if (isRepeated(node.group)) return { ...base, facts: repeatedFacts(node, running) };
  const facts: Fact[] = [];
  if (state === 'failed') facts.push(fact(describeError(node.firstFailure?.error), 'failed'));
  if (node.retries > 0) facts.push(fact(`attempt ${node.retries + 1}`, 'retried'));
  let share: number | undefined;
  if (running && node.progress !== undefined) {
    share = shareOf(node.progress.done, node.progress.total);
    facts.push(fact(outOf(node.progress.done, node.progress.total)));
  }
  if (state === 'cached') facts.push(fact('cached', 'cached'));
  else facts.push(fact(formatDuration(running ? clock.now - node.lastStart : node.totalMs), 'quiet'));
  if (state === 'cached' && node.savedMs > 0) facts.push(fact(`saved ${formatDuration(node.savedMs)}`, 'quiet'));
  return { ...base, share, facts };
}
