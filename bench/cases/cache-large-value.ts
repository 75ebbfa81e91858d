import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { node, pipeline } from 'hypernodes';
import { type Cache, DiskCache } from 'hypernodes/cache';
import type { BenchCase, Prepare } from '../harness/case.ts';
import { atMostMicros, atMostTimes } from '../harness/limits.ts';
import { scratchFolder } from '../harness/scratch-folder.ts';

const MEGABYTES = 50;
const values = new Float32Array((MEGABYTES * 1e6) / Float32Array.BYTES_PER_ELEMENT).map((_, index) => index);

/** An array with another content for every seed but 0, made without the time that it would take. */
function valuesOf(seed: number): Float32Array {
  values[0] = seed;
  return values;
}

const made = node('made', ({ seed }: { seed: number }) => valuesOf(seed), { version: '1' });
const again = node('made', ({ seed }: { seed: number }) => valuesOf(seed * 0), { version: '2' });
const lengthOf = async (maker: typeof made, seed: number, cache: Cache): Promise<number> =>
  (await pipeline(maker).run({ seed }, { cache })).made.length;

/** Values that are kept; memory that a virtual machine was never given before costs ten times what writing into it does. */
const KEPT = 2;

/** Every run is a miss. */
const missing =
  (maker: typeof made): Prepare =>
  () => {
    const cache = new DiskCache({ path: scratchFolder(), maxBytes: (KEPT + 0.5) * MEGABYTES * 1e6 });
    let seed = 1;
    return () => lengthOf(maker, seed++, cache);
  };

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
    'write a new file': () => {
      const folder = scratchFolder();
      let files = 0;
      return () => {
        rmSync(join(folder, String(files - KEPT)), { force: true });
        writeFileSync(join(folder, String(files++)), values);
        return values.length;
      };
    },
    'DiskCache, miss, a new value': missing(made),
    'DiskCache, miss, an equal value': missing(again),
    'DiskCache, hit': async () => {
      const cache = new DiskCache(scratchFolder());
      await lengthOf(made, 0, cache);
      return () => lengthOf(made, 0, cache);
    },
  },
  // 0.8 GB/s.
  limits: [
    atMostMicros('DiskCache, miss, a new value', 1e6 / 800),
    atMostMicros('DiskCache, miss, an equal value', 1e6 / 800),
    atMostTimes('DiskCache, hit', 2, 'read a file'),
  ],
} satisfies BenchCase;
