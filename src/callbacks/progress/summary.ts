import { formatCount, formatDuration, type GroupTally, type RunTally } from '../../events/index.ts';
import { describeError } from './describe-error.ts';

const MOST_FAILURES = 3;

/** `12 executed, 237 from cache, 2 failed, 3.2s saved by the cache, in 4.1s`. */
export function summarize(tally: RunTally): string {
  const parts = [`${formatCount(tally.executed)} executed`, `${formatCount(tally.cached)} from cache`];
  if (tally.failed > 0) parts.push(`${formatCount(tally.failed)} failed`);
  if (tally.retries > 0) parts.push(`${formatCount(tally.retries)} ${tally.retries === 1 ? 'retry' : 'retries'}`);
  if (tally.savedMs > 0) parts.push(`${formatDuration(tally.savedMs)} saved by the cache`);
  const from = Math.min(...tally.roots.map(({ startedAt }) => startedAt));
  const to = Math.max(...tally.roots.map(({ endedAt }) => endedAt));
  parts.push(`in ${formatDuration(to - from)}`);
  return parts.join(', ');
}

/** One line for each of the first nodes that failed, `all > per_doc[3] > wordCount: TypeError: …`. */
export function listFailures(tally: RunTally): string[] {
  const found: { readonly path: string; readonly error: unknown }[] = [];
  for (const root of tally.roots) {
    const before = found.length;
    collectFailures(root, found);
    // A time-out or an abort of a pipeline has no node.
    if (found.length === before && root.firstFailure !== undefined) found.push(root.firstFailure);
  }
  const lines = found.slice(0, MOST_FAILURES).map(({ path, error }) => `${path}: ${describeError(error)}`);
  if (found.length > MOST_FAILURES) lines.push(`and ${formatCount(found.length - MOST_FAILURES)} more nodes failed`);
  return lines;
}

function collectFailures(group: GroupTally, found: { readonly path: string; readonly error: unknown }[]): void {
  for (const node of group.nodes.values()) {
    const before = found.length;
    if (node.nested !== undefined) collectFailures(node.nested, found);
    if (found.length === before && node.firstFailure !== undefined) found.push(node.firstFailure);
  }
}
