import type { FailedAttempt, ItemCounter } from '../../events/index.ts';
import { plainError } from './plain-error.ts';

/** What happened in the items of a map elsewhere since it was last told, added up. */
export interface ItemCounts {
  /** Items that ran at once. */
  readonly ran: number;
  /** Items that came from the cache as a whole. */
  readonly cached: number;
  /** Items that began, by the number of their nodes that had run. */
  readonly began: readonly number[];
  /** Items that ended well, and of these the ones of which nothing was executed. */
  readonly done: number;
  readonly doneCached: number;
  /** Errors of the items that failed. */
  readonly failed: readonly unknown[];
  readonly nodesBegan: readonly number[];
  readonly nodesEnded: readonly number[];
  /** Nodes that had begun and have their results from the cache. */
  readonly nodesCached: readonly number[];
  /** Milliseconds that the cache saved, by node. */
  readonly savedMs: readonly number[];
  /** What is rare, in order. */
  readonly notes: readonly CountNote[];
}

type CountNote =
  | readonly [what: 'retried', node: number, path: string, retry: FailedAttempt]
  | readonly [what: 'retriesEnded', node: number]
  | readonly [what: 'progressed', node: number, done: number, total: number | undefined]
  | readonly [what: 'failed', node: number, path: string, error: unknown]
  | readonly [what: 'stopped', node: number];

/** Adds up, where a job is done, what its items are counted as. */
export class CountGatherer implements ItemCounter {
  #ran = 0;
  #cached = 0;
  #began: number[];
  #done = 0;
  #doneCached = 0;
  #failed: unknown[] = [];
  #nodesBegan: number[];
  #nodesEnded: number[];
  #nodesCached: number[];
  #savedMs: number[];
  #notes: CountNote[] = [];
  #isEmpty = true;
  readonly #nodes: number;
  readonly #changed: () => void;

  /** @param changed Called when something happened that need not be told at once. */
  constructor(nodes: number, changed: () => void) {
    this.#nodes = nodes;
    this.#changed = changed;
    this.#began = zeros(nodes + 1);
    this.#nodesBegan = zeros(nodes);
    this.#nodesEnded = zeros(nodes);
    this.#nodesCached = zeros(nodes);
    this.#savedMs = zeros(nodes);
  }

  itemRan(): void {
    this.#isEmpty = false;
    this.#ran++;
  }

  itemCached(): void {
    this.#isEmpty = false;
    this.#cached++;
  }

  itemBegan(ran: number): void {
    this.#isEmpty = false;
    this.#began[ran]!++;
    this.#changed();
  }

  itemEnded(failure: { readonly error: unknown } | undefined, isCached: boolean): void {
    this.#isEmpty = false;
    if (failure === undefined) {
      this.#done++;
      if (isCached) this.#doneCached++;
    } else this.#failed.push(failure.error);
  }

  nodeBegan(node: number): void {
    this.#isEmpty = false;
    this.#nodesBegan[node]!++;
  }

  nodeEnded(node: number): void {
    this.#isEmpty = false;
    this.#nodesEnded[node]!++;
  }

  nodeCached(node: number): void {
    this.#isEmpty = false;
    this.#nodesCached[node]!++;
  }

  saved(node: number, milliseconds: number): void {
    this.#isEmpty = false;
    this.#savedMs[node]! += milliseconds;
  }

  nodeRetried(node: number, path: string, retry: FailedAttempt): void {
    this.#note(['retried', node, path, retry]);
  }

  retriesEnded(node: number): void {
    this.#note(['retriesEnded', node]);
  }

  nodeProgressed(node: number, done: number, total: number | undefined): void {
    this.#note(['progressed', node, done, total]);
  }

  nodeFailed(node: number, path: string, error: unknown): void {
    this.#note(['failed', node, path, error]);
  }

  nodeStopped(node: number): void {
    this.#note(['stopped', node]);
  }

  /** The map is counted as over where it was begun. */
  close(): void {}

  /** Nothing is taken back here. */
  takenBack(): void {}

  /** What was not told yet; `undefined` for nothing. */
  take(): ItemCounts | undefined {
    if (this.#isEmpty) return undefined;
    this.#isEmpty = true;
    const counts: ItemCounts = {
      ran: this.#ran,
      cached: this.#cached,
      began: this.#began,
      done: this.#done,
      doneCached: this.#doneCached,
      failed: this.#failed,
      nodesBegan: this.#nodesBegan,
      nodesEnded: this.#nodesEnded,
      nodesCached: this.#nodesCached,
      savedMs: this.#savedMs,
      notes: this.#notes,
    };
    this.#ran = 0;
    this.#cached = 0;
    this.#began = zeros(this.#nodes + 1);
    this.#done = 0;
    this.#doneCached = 0;
    this.#failed = [];
    this.#nodesBegan = zeros(this.#nodes);
    this.#nodesEnded = zeros(this.#nodes);
    this.#nodesCached = zeros(this.#nodes);
    this.#savedMs = zeros(this.#nodes);
    this.#notes = [];
    return counts;
  }

  #note(note: CountNote): void {
    this.#isEmpty = false;
    this.#notes.push(note);
    this.#changed();
  }
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0);

/** The same with errors that can travel. */
export const portableCounts = (counts: ItemCounts): ItemCounts => ({
  ...counts,
  failed: counts.failed.map(plainError),
  notes: counts.notes.map((note): CountNote => {
    if (note[0] === 'failed') return [...note.slice(0, 3), plainError(note[3])] as unknown as CountNote;
    if (note[0] === 'retried') return [note[0], note[1], note[2], { ...note[3], error: plainError(note[3].error) }];
    return note;
  }),
});
