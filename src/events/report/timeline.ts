/** One execution, or several neighbouring ones drawn as one. */
export interface TimelineBar {
  /** Milliseconds since the start of the run. */
  readonly from: number;
  readonly to: number;
  readonly kind: 'executed' | 'cached' | 'failed';
  /** Number of executions. */
  readonly count: number;
}

const MOST_BARS = 512;

const joined = (a: TimelineBar, b: TimelineBar): TimelineBar => ({
  from: Math.min(a.from, b.from),
  to: Math.max(a.to, b.to),
  kind: a.kind,
  count: a.count + b.count,
});

/** When a node ran: a bar for each execution, and coarser ones when there are very many. */
export class Timeline {
  #bars: TimelineBar[] = [];

  get bars(): readonly TimelineBar[] {
    return this.#bars;
  }

  add(from: number, to: number, kind: TimelineBar['kind']): void {
    this.#bars.push({ from, to, kind, count: 1 });
    if (this.#bars.length >= MOST_BARS) this.#bars = coarser(this.#bars);
  }
}

/** Half as many bars: each joined with the next one of its kind. */
function coarser(bars: readonly TimelineBar[]): TimelineBar[] {
  const kept: TimelineBar[] = [];
  const open = new Map<TimelineBar['kind'], number>();
  for (const bar of bars) {
    const at = open.get(bar.kind);
    if (at === undefined) {
      open.set(bar.kind, kept.push(bar) - 1);
    } else {
      kept[at] = joined(kept[at]!, bar);
      open.delete(bar.kind);
    }
  }
  return kept;
}
