import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cache } from 'hypernodes/cache';
import { range, sum, sumOfItems } from '../contestants/workloads.ts';
import type { BenchCase, Prepare } from '../harness/case.ts';
import { atMostMicros } from '../harness/limits.ts';

const ITEMS = 10_000;
const folder = (): string => mkdtempSync(join(tmpdir(), 'hypernodes-bench-'));

/** The map with the cache that `openCache` gives for each run, filled before the first one when `filled`. */
const cachedBy =
  (makeOpener: () => Promise<() => Cache | null>, options: { filled: boolean }): Prepare =>
  async () => {
    const { perItem } = await import('../contestants/hypernodes.ts');
    const open = await makeOpener();
    const list = range(ITEMS);
    const run = async (): Promise<number> => {
      const cache = open();
      const results = await perItem.with({ cache }).map({ item: list }, { over: 'item', outputs: ['decremented'] });
      await cache?.close();
      return sum(results.column('decremented'));
    };
    if (options.filled) await run();
    return run;
  };

const memory = async () => {
  const { MemoryCache } = await import('hypernodes/cache');
  // Closing a memory cache empties it; this one is to stay.
  const kept = new MemoryCache();
  kept.close = () => {};
  return () => kept;
};

const disk = async (fresh: boolean) => {
  const { DiskCache } = await import('hypernodes/cache');
  const path = folder();
  return () => new DiskCache(fresh ? folder() : path);
};

export default {
  title: 'Caches under a map of 10,000 items through 3 nodes, the last output asked for',
  operation: 'node',
  operations: ITEMS * 3,
  answer: sumOfItems(ITEMS),
  contestants: {
    'no cache': cachedBy(async () => () => null, { filled: false }),
    'memory, warm': cachedBy(memory, { filled: true }),
    'disk, cold': cachedBy(() => disk(true), { filled: false }),
    'disk, warm, opened anew': cachedBy(() => disk(false), { filled: true }),
  },
  limits: [atMostMicros('memory, warm', 4), atMostMicros('disk, cold', 30), atMostMicros('disk, warm, opened anew', 5)],
} satisfies BenchCase;
