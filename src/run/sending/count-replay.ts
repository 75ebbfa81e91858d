import type { ItemCounter } from '../../events/index.ts';
import type { ItemCounts } from './item-counts.ts';

/** Counts at home what happened elsewhere, in one chunk of a map. */
export class CountReplay {
  readonly #counter: ItemCounter;
  #work: number | undefined;
  #over = false;
  /** What has begun there and not ended. */
  #items = 0;
  readonly #running: number[] = [];
  /** What was finished there, and what a place before it had finished and is done again. */
  #finished = 0;
  #again = 0;
  readonly #ended: number[] = [];
  readonly #endedAgain: number[] = [];
  readonly #retrying: number[] = [];

  constructor(counter: ItemCounter) {
    this.#counter = counter;
  }

  take(work: number, counts: ItemCounts): void {
    // What a place says after it was given up comes too late.
    if (this.#over) return;
    const { ran, cached, began, done, doneCached, failed, nodesBegan, notes } = counts;
    const counter = this.#counter;
    if (this.#work !== work) this.takeBack();
    this.#work = work;
    began.forEach((count, index) => {
      this.#items += count;
      for (let n = 0; n < count; n++) counter.itemBegan(index);
    });
    nodesBegan.forEach((count, node) => {
      this.#add(this.#running, node, count);
      for (let n = 0; n < count; n++) counter.nodeBegan(node);
    });
    for (const note of notes) this.#replay(note);
    counts.nodesEnded.forEach((count, node) => {
      this.#end(node, count, () => counter.nodeEnded(node));
    });
    counts.nodesCached.forEach((count, node) => {
      this.#end(node, count, () => counter.nodeCached(node));
    });
    counts.savedMs.forEach((milliseconds, node) => {
      if (milliseconds > 0) counter.saved(node, milliseconds);
    });
    this.#finished += ran + cached + done + failed.length;
    this.#items -= done + failed.length;
    for (let n = 0; n < ran; n++) if (!this.#isAgain()) counter.itemRan();
    for (let n = 0; n < cached; n++) if (!this.#isAgain()) counter.itemCached();
    for (let n = 0; n < done; n++) this.#endItem(undefined, n < doneCached);
    for (const error of failed) this.#endItem({ error }, false);
  }

  /** So many of what began of a node have ended; those that a place before had finished are not counted twice. */
  #end(node: number, count: number, tell: () => void): void {
    this.#add(this.#running, node, -count);
    this.#add(this.#ended, node, count);
    const again = Math.min(count, this.#endedAgain[node] ?? 0);
    this.#add(this.#endedAgain, node, -again);
    if (again > 0) this.#counter.takenBack(0, Object.assign([], { [node]: again }));
    for (let n = again; n < count; n++) tell();
  }

  #endItem(failure: { readonly error: unknown } | undefined, isCached: boolean): void {
    if (this.#isAgain()) this.#counter.takenBack(1, []);
    else this.#counter.itemEnded(failure, isCached);
  }

  /** What is in progress there will begin again. */
  takeBack(): void {
    this.#endRetries();
    this.#counter.takenBack(this.#items, this.#running);
    this.#items = 0;
    this.#running.length = 0;
    this.#again += this.#finished;
    this.#finished = 0;
    this.#ended.forEach((count, node) => {
      this.#add(this.#endedAgain, node, count);
    });
    this.#ended.length = 0;
  }

  /** What is in progress there is not waited for any longer. */
  stop(): void {
    this.#over = true;
    this.#endRetries();
    this.#running.forEach((count, node) => {
      for (let n = 0; n < count; n++) this.#counter.nodeStopped(node);
    });
    this.#running.length = 0;
  }

  #endRetries(): void {
    this.#retrying.forEach((count, node) => {
      for (let n = 0; n < count; n++) this.#counter.retriesEnded(node);
    });
    this.#retrying.length = 0;
  }

  /** Whether an item that is done was counted before. */
  #isAgain(): boolean {
    if (this.#again === 0) return false;
    this.#again--;
    return true;
  }

  #replay(note: ItemCounts['notes'][number]): void {
    const counter = this.#counter;
    const node = note[1];
    switch (note[0]) {
      case 'retried':
        if (note[3].attempt === 1) this.#add(this.#retrying, node, 1);
        counter.nodeRetried(node, note[2], note[3]);
        break;
      case 'retriesEnded':
        this.#add(this.#retrying, node, -1);
        counter.retriesEnded(node);
        break;
      case 'progressed':
        counter.nodeProgressed(node, note[2], note[3]);
        break;
      case 'failed':
        this.#add(this.#running, node, -1);
        counter.nodeFailed(node, note[2], note[3]);
        break;
      case 'stopped':
        this.#add(this.#running, node, -1);
        counter.nodeStopped(node);
        break;
    }
  }

  #add(counts: number[], node: number, count: number): void {
    counts[node] = (counts[node] ?? 0) + count;
  }
}
