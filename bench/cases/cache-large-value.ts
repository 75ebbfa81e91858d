import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node, pipeline } from 'hypernodes';
import { type Cache, DiskCache } from 'hypernodes/cache';
import type { BenchCase } from '../harness/case.ts';
import { atMostMicros, atMostTimes } from '../harness/limits.ts';
import { scratchFolder } from '../harness/scratch-folder.ts';

const MEGABYTES = 50;
const values = new Float32Array((MEGABYTES * 1e6) / Float32Array.BYTES_PER_ELEMENT).map((_, index) => index);

const made = node('made', ({ seed: _seed }: { seed: number }) => values);
const maker = pipeline(made);
const lengthOf = async (seed: number, cache: Cache): Promise<number> =>
  (await maker.run({ seed }, { cache })).made.length;

export default {
  title: 'A Float32Array of 50 MB: digested and stored, and loaded again',
  operation: 'MB',
  operations: MEGABYTES,
  answer: values.length,
  contestants: {
    'read a file': () => {
      const file = join(scratchFolder(), 'values');
      writeFileSync(file, values);
      return () => readFileSync(file).byteLength / Float32Array.BYTES_PER_ELEMENT;
    },
    'write a file': () => {
      const file = join(scratchFolder(), 'values');
      return () => {
        writeFileSync(file, values);
        return values.length;
      };
    },
    'DiskCache, miss': () => {
      const cache = new DiskCache(scratchFolder());
      let seed = 0;
      return () => lengthOf(seed++, cache);
    },
    'DiskCache, hit': async () => {
      const cache = new DiskCache(scratchFolder());
      await lengthOf(0, cache);
      return () => lengthOf(0, cache);
    },
  },
  // 0.8 GB/s.
  limits: [atMostMicros('DiskCache, miss', 1e6 / 800), atMostTimes('DiskCache, hit', 2, 'read a file')],
} satisfies BenchCase;
