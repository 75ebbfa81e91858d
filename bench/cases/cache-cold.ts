import { join } from 'node:path';
import { type Cache, DiskCache, FileCache, MemoryCache } from 'hypernodes/cache';
import { perItem } from '../contestants/hypernodes.ts';
import { range, sum, sumOfItems } from '../contestants/workloads.ts';
import type { BenchCase, Prepare } from '../harness/case.ts';
import { atMostMicros } from '../harness/limits.ts';
import { scratchFolder } from '../harness/scratch-folder.ts';

const ITEMS = 10_000;

/** Every run stores all its results in a new cache. */
const filling =
  (open: (folder: string) => Cache | null): Prepare =>
  () => {
    const folder = scratchFolder();
    const list = range(ITEMS);
    let runs = 0;
    return async () => {
      const cache = open(join(folder, String(runs++)));
      const results = await perItem.map({ item: list }, { over: 'item', cache });
      await cache?.close();
      return sum(results.column('decremented'));
    };
  };

export default {
  title: 'Cold cache: 10,000 items through 3 asynchronous nodes, every result stored',
  operation: 'node',
  operations: ITEMS * 3,
  answer: sumOfItems(ITEMS),
  contestants: {
    'no cache': filling(() => null),
    MemoryCache: filling(() => new MemoryCache()),
    DiskCache: filling((folder) => new DiskCache(folder)),
    FileCache: filling((folder) => new FileCache(folder)),
  },
  limits: [atMostMicros('DiskCache', 30)],
} satisfies BenchCase;
