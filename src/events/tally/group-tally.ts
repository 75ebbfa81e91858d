import { NodeTally } from './node-tally.ts';

/** What happened so far in one pipeline or map, over all items of the maps around it. */
export class GroupTally {
  readonly name: string;
  readonly kind: 'pipeline' | 'map';
  /** The node that this pipeline or map is; `undefined` at the root. */
  readonly owner: NodeTally | undefined;
  /** Nodes by name, in execution order. */
  readonly nodes = new Map<string, NodeTally>();
  /** Where it runs, when that is not here. */
  place: string | undefined;
  /** Runs of it that have started, ended, and ended with an error. */
  started = 0;
  ended = 0;
  failed = 0;
  /** Milliseconds since the epoch. */
  startedAt = 0;
  endedAt = 0;
  /** Items that the started maps are known to have; `undefined` while one of them reads an open stream. */
  itemsTotal: number | undefined;
  itemsActive = 0;
  itemsDone = 0;
  itemsCached = 0;
  itemsFailed = 0;
  /** Items that may be in progress at once. */
  concurrency = 0;
  /** The first error that ended it. */
  firstFailure: { readonly path: string; readonly error: unknown } | undefined;

  constructor(name: string, kind: 'pipeline' | 'map', owner: NodeTally | undefined) {
    this.name = name;
    this.kind = kind;
    this.owner = owner;
    if (kind === 'map') this.itemsTotal = 0;
  }

  /** Whether some run of it is in progress. */
  get open(): boolean {
    return this.started > this.ended || (this.owner !== undefined && this.#ownerIsOpen());
  }

  /** Items that are over. */
  get itemsFinished(): number {
    return this.itemsDone + this.itemsFailed;
  }

  /** Number of times that each node in it will run, as far as is known; `undefined` for an open stream. */
  get expected(): number | undefined {
    if (this.kind === 'pipeline') return this.owner?.group.expected ?? Math.max(this.started, 1);
    if (this.itemsTotal === undefined) return undefined;
    const runs = this.owner?.group.expected;
    // A map inside a map: the ones still to come are taken to be as long as the ones that have started.
    if (runs === undefined || runs <= this.started || this.started === 0) return this.itemsTotal;
    return Math.round((this.itemsTotal / this.started) * runs);
  }

  /** Whether {@link expected} is an extrapolation. */
  get estimated(): boolean {
    return this.kind === 'map' && this.itemsTotal !== undefined && this.expected !== this.itemsTotal;
  }

  /** Whether everything in it that is finished came from the cache. */
  get fromCache(): boolean {
    let cached = false;
    for (const node of this.nodes.values()) {
      if (node.nested === undefined ? node.executed + node.failed + node.aborted > 0 : !node.nested.fromCache) {
        if (node.finished + node.running > 0) return false;
      }
      if (node.finished > 0) cached = true;
    }
    return cached;
  }

  node(name: string): NodeTally {
    let node = this.nodes.get(name);
    if (node === undefined) {
      node = new NodeTally(name, this);
      this.nodes.set(name, node);
    }
    return node;
  }

  #ownerIsOpen(): boolean {
    const { group, finished } = this.owner!;
    return group.open && finished < (group.expected ?? Number.POSITIVE_INFINITY);
  }
}
