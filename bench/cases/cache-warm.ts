import { DiskCache, MemoryCache } from 'hypernodes/cache';
import { perItem } from '../contestants/hypernodes.ts';
import { range, sum, sumOfItems } from '../contestants/workloads.ts';
import type { BenchCase, Prepare } from '../harness/case.ts';
import { atMostMicros, firstRunAtMostMs } from '../harness/limits.ts';
import { runScript } from '../harness/run-script.ts';
import { scratchFolder } from '../harness/scratch-folder.ts';

const ITEMS = 10_000;

async function readFromMemory() {
  const cache = new MemoryCache();
  const list = range(ITEMS);
  await perItem.map({ item: list }, { over: 'item', cache });
  return async () => sum((await perItem.map({ item: list }, { over: 'item', cache })).column('decremented'));
}

/** Every run opens the cache that another process has filled. */
const readFromDisk =
  (outputs?: readonly 'decremented'[]): Prepare =>
  () => {
    const folder = scratchFolder();
    runScript('fill-map-cache', String(ITEMS), folder);
    const list = range(ITEMS);
    return async () => {
      const cache = new DiskCache(folder);
      const results = await perItem.map({ item: list }, { over: 'item', cache, ...(outputs && { outputs }) });
      await cache.close();
      if (results.stats.executed > 0) throw new Error(`${results.stats.executed} nodes ran.`);
      return sum(results.column('decremented'));
    };
  };

export default {
  title: 'Warm cache: the same again, nothing executed',
  operation: 'node',
  operations: ITEMS * 3,
  answer: sumOfItems(ITEMS),
  contestants: {
    MemoryCache: readFromMemory,
    DiskCache: readFromDisk(),
    'DiskCache, last output only': readFromDisk(['decremented']),
  },
  limits: [
    atMostMicros('MemoryCache', 4),
    atMostMicros('DiskCache', 10),
    firstRunAtMostMs('DiskCache', 300),
    firstRunAtMostMs('DiskCache, last output only', 150),
  ],
} satisfies BenchCase;
