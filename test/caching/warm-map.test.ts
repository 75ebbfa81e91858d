import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { node, Pipeline, pipeline } from 'hypernodes';
import { type Cache, type CacheEntry, DiskCache, MemoryCache, TieredCache } from 'hypernodes/cache';
import { afterAll, expect, it, vi } from 'vitest';
import { nodeByNode } from '../fixtures/node-by-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-warm-map-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const doubled = node('doubled', ({ x }: { x: number }) => 2 * x);
const halves = node(['quotient', 'rest'], ({ doubled, by }: { doubled: number; by: number }) => ({
  quotient: Math.trunc(doubled / by),
  rest: doubled % by,
}));
const text = node('text', async ({ quotient, rest }: { quotient: number; rest: number }) => `${quotient} ${rest}`);
const perItem = pipeline(doubled, halves, text);
const whole = pipeline(
  perItem.asNode({ inputs: { xs: 'x' }, outputs: { text: 'texts', rest: 'rests' }, mapOver: 'xs' }),
  node('joined', ({ texts, rests }: { texts: string[]; rests: number[] }) => `${texts.join()} ${rests.join()}`),
);

/** How a cache may answer when it is asked. */
const moods = ['well', 'well', 'well', 'later', 'throws', 'rejects', 'has lost it', 'damaged'] as const;

/** A cache that answers in another mood each time. */
function moody(cache: Cache, order: readonly (typeof moods)[number][]): Cache {
  let asked = 0;
  const answer =
    (ask: (key: string) => unknown) =>
    (key: string): never => {
      const mood = order[asked++ % order.length];
      const found = ask(key);
      if (mood === 'throws') throw new Error('unreachable');
      if (mood === 'rejects') return Promise.reject(new Error('unreachable')) as never;
      if (mood === 'later') return Promise.resolve(found) as never;
      if (mood === 'has lost it') return undefined as never;
      if (mood === 'damaged' && found !== undefined && 'value' in (found as object)) {
        return { ...(found as CacheEntry), value: new Uint8Array([9, 9]) } as never;
      }
      return found as never;
    };
  return {
    ...nodeByNode(cache),
    get: answer((key) => cache.get(key)),
    head: answer((key) => cache.head!(key)),
  };
}

it('law: whatever the cache knows of the items, and however it answers, a map gives what it gives without one', async () => {
  vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(6), { maxLength: 40 }),
      fc.array(fc.nat(6), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.constantFrom(...moods), { minLength: 1, maxLength: 30 }),
      async (known, asked, by, order) => {
        const cache = new MemoryCache();
        await perItem.map({ x: known, by }, { over: 'x', cache });
        const inputs = { xs: asked, by };
        const { joined, texts } = await whole.run(inputs);
        const results = await perItem.map({ x: asked, by }, { over: 'x', cache: moody(cache, order) });
        expect(results.column('text')).toEqual(texts);
        expect(results.stats.executed + results.stats.cached).toBeGreaterThanOrEqual(3 * asked.length);
        expect(await whole.run(inputs, { cache: moody(cache, order), outputs: ['joined'] })).toEqual({ joined });
        expect((await perItem.map({ x: asked, by }, { over: 'x', cache })).stats.executed).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
  vi.restoreAllMocks();
});

it('runs of a map exactly the items that are new, wherever they stand', async () => {
  const cache = new MemoryCache();
  const ran: number[] = [];
  const p = pipeline(
    node(
      'seen',
      ({ x }: { x: number }) => {
        ran.push(x);
        return x;
      },
      { deps: [] },
    ),
    node('next', ({ seen }: { seen: number }) => seen + 1),
  );
  const evens = Array.from({ length: 200 }, (_, index) => 2 * index);
  await p.map({ x: evens }, { over: 'x', cache });
  ran.length = 0;
  const { stats } = await p.map({ x: Array.from({ length: 400 }, (_, x) => x) }, { over: 'x', cache });
  expect(ran).toEqual(evens.map((x) => x + 1));
  expect(stats).toMatchObject({ items: 400, executed: 400, cached: 400 });
});

it('waits for an item that another run has begun, however warm the others are', async () => {
  const cache = new MemoryCache();
  let runs = 0;
  const slow = node(
    'slow',
    async ({ x }: { x: number }) => {
      runs++;
      await new Promise((resolve) => setTimeout(resolve, x === 99 ? 50 : 0));
      return x;
    },
    { deps: [] },
  );
  const p = new Pipeline({ nodes: [slow], cache });
  await p.map({ x: [1, 2, 3] }, { over: 'x' });
  const both = await Promise.all([p.run({ x: 99 }), p.map({ x: [1, 99, 2] }, { over: 'x' })]);
  expect(both[1].column('slow')).toEqual([1, 99, 2]);
  expect(runs).toBe(4);
});

it('asks whoever extends a cache or stands before it for every value', async () => {
  const asked: string[] = [];
  class Watched extends DiskCache {
    override get(key: string): CacheEntry | undefined {
      asked.push(key);
      return super.get(key);
    }
  }
  const disk = new Watched(join(folder, 'watched'));
  for (const cache of [disk, new TieredCache([disk])]) {
    await perItem.map({ x: [1, 2], by: 3 }, { over: 'x', cache });
    asked.length = 0;
    const { stats } = await perItem.map({ x: [1, 2], by: 3 }, { over: 'x', cache, outputs: ['text'] });
    expect(stats.executed).toBe(0);
    expect(asked).toHaveLength(2);
  }
});

it('keeps in a faster tier all that it reads from a slower one', async () => {
  const disk = new DiskCache(join(folder, 'slower'));
  await perItem.map({ x: [1, 2], by: 3 }, { over: 'x', cache: disk });
  const memory = new MemoryCache();
  await perItem.map({ x: [1, 2], by: 3 }, { over: 'x', cache: new TieredCache([memory, disk]) });
  const keys = [...memory.entries()].map(({ key }) => key);
  expect(keys).toHaveLength(6);
  for (const key of keys) expect(memory.get(key)).toEqual(disk.get(key));
});
