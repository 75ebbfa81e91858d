import { isAbort } from '../is-abort.ts';
import type { ItemCounter } from '../item-counter.ts';
import type { GroupTally } from './group-tally.ts';
import type { NodeTally } from './node-tally.ts';
import type { RunTally } from './run-tally.ts';

/** Who looks at a map whose items are only counted. It must not throw. */
export interface ItemWatcher {
  /** Called now and then; gives the number of items after which it wants to look again. */
  look(): number;
  nodeFailed(path: string, error: unknown): void;
}

/** Counts the items of one map into the tally of its run: additions only, since it is called for every item. */
export class ItemTally implements ItemCounter {
  readonly #run: RunTally;
  readonly #group: GroupTally;
  readonly #nodes: readonly NodeTally[];
  readonly #watcher: ItemWatcher;
  /** Of each node, the executions in progress in this map. */
  readonly #running: number[];
  #active = 0;
  #untilLook = 1;
  #closed = false;

  constructor(run: RunTally, group: GroupTally, nodes: readonly string[], watcher: ItemWatcher) {
    this.#run = run;
    this.#group = group;
    this.#nodes = nodes.map((name) => group.node(name));
    this.#running = nodes.map(() => 0);
    this.#watcher = watcher;
  }

  itemRan(): void {
    this.#ran(this.#nodes.length);
    this.#group.itemsDone++;
    if (--this.#untilLook === 0) this.#look();
  }

  itemBegan(ran: number): void {
    this.#ran(ran);
    this.#active++;
    this.#group.itemsActive++;
  }

  itemEnded(failure: { readonly error: unknown } | undefined): void {
    if (this.#closed) return;
    this.#active--;
    this.#group.itemsActive--;
    if (failure === undefined) this.#group.itemsDone++;
    else if (!isAbort(failure.error)) this.#group.itemsFailed++;
    if (--this.#untilLook === 0) this.#look();
  }

  nodeBegan(node: number): void {
    this.#running[node]!++;
    this.#nodes[node]!.running++;
  }

  nodeEnded(node: number): void {
    this.#running[node]!--;
    const tally = this.#nodes[node]!;
    tally.running--;
    tally.executed++;
    this.#run.executed++;
  }

  nodeFailed(node: number, path: string, error: unknown): void {
    this.#running[node]!--;
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
    if (this.#closed) return;
    this.#running[node]!--;
    const tally = this.#nodes[node]!;
    tally.running--;
    tally.aborted++;
  }

  close(stopped: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    const failed = stopped !== undefined && !isAbort(stopped);
    this.#nodes.forEach((tally, node) => {
      const open = this.#running[node]!;
      tally.running -= open;
      if (failed) tally.failed += open;
      else tally.aborted += open;
      if (failed) this.#run.failed += open;
    });
    this.#group.itemsActive -= this.#active;
    if (failed) this.#group.itemsFailed += this.#active;
  }

  #ran(count: number): void {
    for (let node = 0; node < count; node++) this.#nodes[node]!.executed++;
    this.#run.executed += count;
  }

  #look(): void {
    this.#untilLook = Math.max(1, this.#watcher.look());
  }
}
