import { formatCount, type GroupTally, type NodeState, type RunTally } from '../../events/index.ts';
import { type Clock, describeGroup, describeNode, stateOfGroup } from './describe-node.ts';
import type { OutlineLine } from './outline-line.ts';

interface Entry {
  readonly line: OutlineLine;
  readonly children: readonly Entry[];
}

const isOver = (state: NodeState): boolean => state === 'done' || state === 'cached';

function entryOf(group: GroupTally, depth: number, clock: Clock, unfolded: boolean): Entry {
  const state = stateOfGroup(group);
  const line = describeGroup(group, depth, clock);
  if (isOver(state) && !unfolded) return { line, children: [] };
  const children: Entry[] = [];
  for (const node of group.nodes.values()) {
    // Nodes that were not asked for stay pending for ever.
    if (!group.open && node.state === 'pending') continue;
    if (node.nested !== undefined) children.push(entryOf(node.nested, depth + 1, clock, false));
    else children.push({ line: describeNode(node, depth + 1, clock), children: [] });
  }
  if (group.open || unfolded) return { line, children };
  return { line, children: children.filter((child) => child.line.state === 'failed') };
}

function unfold(entries: readonly Entry[], deepest: number): OutlineLine[] {
  return entries.flatMap(({ line, children }) => [line, ...(line.depth < deepest ? unfold(children, deepest) : [])]);
}

/** Neighbours that are over, and neighbours that wait, drawn as one line each. */
function elide(entries: readonly Entry[]): Entry[] {
  const shorter: Entry[] = [];
  for (let at = 0; at < entries.length; ) {
    const kind = elidable(entries[at]!);
    let end = at + 1;
    while (kind !== undefined && end < entries.length && elidable(entries[end]!) === kind) end++;
    if (end - at > 2) shorter.push(summaryOf(entries.slice(at, end), kind!));
    else shorter.push(...entries.slice(at, end).map(({ line, children }) => ({ line, children: elide(children) })));
    at = end;
  }
  return shorter;
}

function elidable({ line: { state, depth } }: Entry): 'done' | 'pending' | undefined {
  if (depth === 0) return undefined;
  return isOver(state) ? 'done' : state === 'pending' ? 'pending' : undefined;
}

function summaryOf(entries: readonly Entry[], kind: 'done' | 'pending'): Entry {
  const cached = entries.filter(({ line }) => line.state === 'cached').length;
  return {
    line: {
      depth: entries[0]!.line.depth,
      state: kind === 'done' && cached === entries.length ? 'cached' : kind,
      name: `${formatCount(entries.length)} ${kind}`,
      facts: cached > 0 ? [{ text: `${formatCount(cached)} cached`, tone: 'cached' }] : [],
    },
    children: [],
  };
}

const depthOf = (lines: readonly OutlineLine[]): number => lines.reduce((most, { depth }) => Math.max(most, depth), 0);

/** Only what is in progress or has failed. */
const active = (entries: readonly Entry[]): Entry[] =>
  entries
    .filter(({ line: { depth, state } }) => depth === 0 || !(isOver(state) || state === 'pending'))
    .map(({ line, children }) => ({ line, children: active(children) }));

/** Ways to show the tree, each shorter than the one before. */
function* shorterAndShorter(entries: readonly Entry[]): Generator<OutlineLine[]> {
  yield unfold(entries, Number.POSITIVE_INFINITY);
  const elided = elide(entries);
  const lines = unfold(elided, Number.POSITIVE_INFINITY);
  yield lines;
  for (let deepest = depthOf(lines) - 1; deepest >= 1; deepest--) yield unfold(elided, deepest);
  yield unfold(active(elided), 1);
}

/**
 * The live tree of some runs in at most `height` lines.
 *
 * What is finished is folded. If that is not enough, first neighbours of equal state become one line, then the deepest
 * levels go, then what is over or waits, and at last the end of the tree.
 *
 * @param unfoldRoots Whether the nodes of a finished root are listed too.
 */
export function outline(
  tallies: Iterable<RunTally>,
  clock: Clock,
  height: number,
  unfoldRoots: boolean,
): readonly OutlineLine[] {
  const entries: Entry[] = [];
  for (const tally of tallies) for (const root of tally.roots) entries.push(entryOf(root, 0, clock, unfoldRoots));
  let lines: OutlineLine[] = [];
  for (lines of shorterAndShorter(entries)) if (lines.length <= height) return lines;
  if (height < 2) return lines.slice(0, Math.max(0, height));
  const hidden = lines.length - height + 1;
  return [
    ...lines.slice(0, height - 1),
    { depth: 1, state: 'pending', name: `${formatCount(hidden)} more`, facts: [] },
  ];
}
