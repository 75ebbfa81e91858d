import { isAbort } from '../is-abort.ts';
import type { FailedAttempt, ItemCounter } from '../item-counter.ts';
import type { GroupTally } from './group-tally.ts';
import type { NodeTally } from './node-tally.ts';
import type { RunTally } from './run-tally.ts';

/** Who looks at a map whose items are only counted. It must not throw. */
export interface ItemWatcher {
  /** Called now and then; gives the number of items after which it wants to look again. */
  look(): number;
  nodeFailed(path: string, error: unknown): void;
  nodeRetried(path: string, retry: FailedAttempt): void;
}

/** Counts the items of one map into the tally of its run: additions only, since it is called for every item. */
export class ItemTally implements ItemCounter {
  readonly #run: RunTally;
  readonly #group: GroupTally;
  readonly #nodes: readonly NodeTally[];
  readonly #watcher: ItemWatcher;
  #active = 0;
  #untilLook = 1;
  #closed = false;

  constructor(run: RunTally, group: GroupTally, nodes: readonly string[], watcher: ItemWatcher) {
    this.#run = run;
    this.#group = group;
    this.#nodes = nodes.map((name) => group.node(name));
    this.#watcher = watcher;
  }

  itemRan(): void {
    this.#ran(this.#nodes.length);
    this.#group.itemsDone++;
    if (--this.#untilLook === 0) this.#look();
  }

  itemCached(): void {
    for (const node of this.#nodes) node.cached++;
    this.#run.cached += this.#nodes.length;
    this.#group.itemsDone++;
    this.#group.itemsCached++;
    if (--this.#untilLook === 0) this.#look();
  }

  itemBegan(ran: number): void {
    this.#ran(ran);
    this.#active++;
    this.#group.itemsActive++;
  }

  itemEnded(failure: { readonly error: unknown } | undefined, isCached: boolean): void {
    if (this.#closed) return;
    this.#active--;
    this.#group.itemsActive--;
    if (failure === undefined) {
      this.#group.itemsDone++;
      if (isCached) this.#group.itemsCached++;
    } else if (!isAbort(failure.error)) this.#group.itemsFailed++;
    if (--this.#untilLook === 0) this.#look();
  }

  nodeBegan(node: number): void {
    this.#nodes[node]!.running++;
  }

  nodeEnded(node: number): void {
    const tally = this.#nodes[node]!;
    tally.running--;
    tally.executed++;
    this.#run.executed++;
  }

  nodeCached(node: number): void {
    const tally = this.#nodes[node]!;
    tally.running--;
    tally.cached++;
    this.#run.cached++;
  }

  saved(node: number, milliseconds: number): void {
    this.#nodes[node]!.savedMs += milliseconds;
    this.#run.savedMs += milliseconds;
  }

  nodeRetried(node: number, path: string, retry: FailedAttempt): void {
    const tally = this.#nodes[node]!;
    tally.retries++;
    if (retry.attempt === 1) tally.retrying++;
    this.#run.retries++;
    this.#watcher.nodeRetried(path, retry);
  }

  retriesEnded(node: number): void {
    this.#nodes[node]!.retrying--;
  }

  nodeProgressed(node: number, done: number, total: number | undefined): void {
    this.#nodes[node]!.progress = { done, total };
  }

  nodeFailed(node: number, path: string, error: unknown): void {
    const tally = this.#nodes[node]!;
    tally.running--;
    if (isAbort(error)) {
      tally.aborted++;
      return;
    }
    tally.failed++;
    tally.firstFailure ??= { path, error };
    this.#run.failed++;
    this.#watcher.nodeFailed(path, error);
  }

  nodeStopped(node: number): void {
    const tally = this.#nodes[node]!;
    tally.running--;
    tally.aborted++;
  }

  takenBack(items: number, nodes: readonly number[]): void {
    if (this.#closed) return;
    this.#active -= items;
    this.#group.itemsActive -= items;
    nodes.forEach((count, node) => {
      this.#nodes[node]!.running -= count;
    });
  }

  close(stopped: unknown): void {
    this.#closed = true;
    this.#group.itemsActive -= this.#active;
    if (stopped !== undefined && !isAbort(stopped)) this.#group.itemsFailed += this.#active;
  }

  #ran(count: number): void {
    for (let node = 0; node < count; node++) this.#nodes[node]!.executed++;
    this.#run.executed += count;
  }

  #look(): void {
    this.#untilLook = Math.max(1, this.#watcher.look());
  }
}
