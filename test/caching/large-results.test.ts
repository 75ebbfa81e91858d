import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { node, pipeline } from 'hypernodes';
import { type CacheEntry, DiskCache, digest, FileCache, MemoryCache, TieredCache } from 'hypernodes/cache';
import { afterAll, describe, expect, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'hypernodes-large-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const folder = (): string => join(root, String(folders++));

/** Every kind of cache, and how another process would open it. */
const caches = {
  memory: () => {
    const cache = new MemoryCache();
    return [cache, cache];
  },
  disk: () => {
    const path = folder();
    return [new DiskCache(path), new DiskCache(path)];
  },
  'compressing disk': () => {
    const path = folder();
    return [new DiskCache({ path, compression: true }), new DiskCache(path)];
  },
  files: () => {
    const path = folder();
    return [new FileCache(path), new FileCache(path)];
  },
  tiers: () => {
    const path = folder();
    return [new TieredCache([new MemoryCache(), new DiskCache(path)]), new DiskCache(path)];
  },
} as const;

/** Bytes up to some that are kept in a file of their own. */
const sizes = fc.constantFrom(0, 1, 7, 4096, 65_535, 65_536, 65_537, 200_003);
const made = node(['first', 'note', 'second'], ({ one, two }: { one: number; two: number }) => ({
  first: new Uint8Array(one).map((_, index) => index),
  note: `${one} and ${two}`,
  second: new Float64Array(two >> 3).map((_, index) => -index),
}));

describe.each(Object.entries(caches))('large results among small ones, in a cache of kind: %s', (_kind, open) => {
  it('law: come back as they were, to whoever opens it', async () => {
    const [writer, reader] = open();
    const p = pipeline(made);
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (one, two) => {
        const fresh = await p.run({ one, two }, { cache: writer });
        const results = await p.map({ one: [one], two }, { over: 'one', cache: reader });
        expect(results.stats.executed).toBe(0);
        expect(digest(results[0])).toBe(digest(fresh));
      }),
      { numRuns: 25 },
    );
  });

  it('are what they were when they were returned, whatever becomes of them', async () => {
    const [writer, reader] = open();
    const p = pipeline(made);
    const inputs = { one: 100_000, two: 100_000 };
    const { first, second } = await p.run(inputs, { cache: writer });
    const before = [digest(first), digest(second)];
    first.fill(1);
    second.fill(1);
    const found = await p.run(inputs, { cache: reader });
    expect([digest(found.first), digest(found.second)]).toEqual(before);
  });
});

const inverted = ({ header, value }: CacheEntry): CacheEntry => ({ header, value: value.map((byte) => 255 - byte) });

/** A cache that keeps every value in a form of its own. */
function inverting(Base: typeof DiskCache | typeof FileCache): new (path: string) => DiskCache | FileCache {
  return class Inverted extends (Base as typeof DiskCache) {
    override put(key: string, entry: CacheEntry): void {
      super.put(key, inverted(entry));
    }
    override get(key: string): CacheEntry | undefined {
      const entry = super.get(key);
      return entry && inverted(entry);
    }
  };
}

it.each([
  ['DiskCache', DiskCache],
  ['FileCache', FileCache],
])('are kept by whoever extends %s in its own way', async (_name, Base) => {
  const Inverted = inverting(Base);
  const path = folder();
  const p = pipeline(made);
  const executed = async (cache: DiskCache | FileCache) =>
    (await p.map({ one: [100_000], two: 8 }, { over: 'one', cache })).stats.executed;
  expect(await executed(new Inverted(path))).toBe(1);
  expect(await executed(new Inverted(path))).toBe(0);
  // What it kept says nothing to others.
  expect(await executed(new Base(path))).toBe(1);
});
