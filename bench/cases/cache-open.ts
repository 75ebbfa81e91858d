import { createHash } from 'node:crypto';
import { DiskCache } from 'hypernodes/cache';
import type { BenchCase } from '../harness/case.ts';
import { firstRunAtMostMegabytesAbove, firstRunAtMostMs } from '../harness/limits.ts';
import { runScript } from '../harness/run-script.ts';
import { scratchFolder } from '../harness/scratch-folder.ts';

const ENTRIES = 1_000_000;
const someKey = createHash('sha256').update('7').digest('hex');

export default {
  title: 'Opening a disk cache of 1,000,000 entries',
  operation: 'entry',
  operations: ENTRIES,
  answer: true,
  contestants: {
    'no cache': () => () => true,
    DiskCache: () => {
      const folder = scratchFolder();
      runScript('fill-entries', String(ENTRIES), folder);
      return async () => {
        const cache = new DiskCache(folder);
        const found = await cache.has(someKey);
        await cache.close();
        return found;
      };
    },
  },
  limits: [firstRunAtMostMs('DiskCache', 300), firstRunAtMostMegabytesAbove('DiskCache', 120, 'no cache')],
} satisfies BenchCase;
