import type { Callback } from 'hypernodes';
import { ProgressCallback } from 'hypernodes/callbacks';
import { range, sum, sumOfItems } from '../contestants/workloads.ts';
import type { BenchCase, Prepare } from '../harness/case.ts';
import { atMostTimes } from '../harness/limits.ts';

const ITEMS = 10_000;

/** Counts nodes, which is the least a callback can do. */
class NodeCounter implements Callback {
  nodes = 0;

  onNodeStart(): void {
    this.nodes++;
  }
}

/** Wants everything. */
class EventCounter implements Callback {
  events = 0;

  onPipelineStart = this.#count.bind(this);
  onPipelineEnd = this.#count.bind(this);
  onNodeStart = this.#count.bind(this);
  onNodeEnd = this.#count.bind(this);
  onMapStart = this.#count.bind(this);
  onMapItemStart = this.#count.bind(this);
  onMapItemEnd = this.#count.bind(this);
  onMapEnd = this.#count.bind(this);

  #count(): void {
    this.events++;
  }
}

/** A terminal that nobody looks at. */
const terminal = {
  isTTY: true,
  columns: 100,
  rows: 30,
  write(_text: string, done?: () => void): boolean {
    done?.();
    return true;
  },
};

const watchedBy =
  (callbacks: () => readonly Callback[]): Prepare =>
  async () => {
    const { perItem } = await import('../contestants/hypernodes.ts');
    const watched = perItem.with({ callbacks: callbacks() });
    const list = range(ITEMS);
    return async () => sum((await watched.map({ item: list }, { over: 'item' })).column('decremented'));
  };

export default {
  title: 'Callbacks on a map of 10,000 items through 3 asynchronous nodes',
  operation: 'node',
  operations: ITEMS * 3,
  answer: sumOfItems(ITEMS),
  contestants: {
    'no callback': watchedBy(() => []),
    'one event': watchedBy(() => [new NodeCounter()]),
    'every event': watchedBy(() => [new EventCounter()]),
    progress: watchedBy(() => [new ProgressCallback({ mode: 'terminal', stream: terminal })]),
  },
  limits: [
    atMostTimes('one event', 2, 'no callback'),
    atMostTimes('every event', 2, 'no callback'),
    atMostTimes('progress', 1.5, 'no callback'),
  ],
} satisfies BenchCase;
