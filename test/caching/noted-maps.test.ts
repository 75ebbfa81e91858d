import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { node, pipeline } from 'hypernodes';
import { type Cache, DiskCache, MemoryCache, TieredCache } from 'hypernodes/cache';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { nodeByNode } from '../fixtures/node-by-node.ts';

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-noted-maps-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;

/** Calls of nodes so far: what depends on it comes out otherwise each time. */
let calls = 0;
const called = (): number => ++calls;

/** Of two versions of its code, the node in the middle depends on chance. */
const versions = (['1', '2'] as const).map((version) =>
  pipeline(
    node('half', ({ x, by }: { x: number; by: number }) => Math.floor(x / by)),
    node(
      ['drawn', 'long'],
      ({ half }: { half: number }) => ({
        drawn: `${version}: ${half}, ${called()}`,
        long: new Uint8Array(500).fill(half),
      }),
      { version },
    ),
    node('told', ({ drawn, x }: { drawn: string; x: number }) => ({ text: `${drawn} of ${x}` })),
  ),
);

const list = fc
  .record({
    first: fc.constantFrom(0, 0, 0, 1, 50),
    length: fc.constantFrom(40, 128, 130, 280),
    by: fc.constantFrom(1, 7),
  })
  .map(({ first, length, by }) => ({ x: Array.from({ length }, (_, index) => first + index), by }));
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('map' as const), list, version: fc.constantFrom(0, 1) }) },
  fc.record({ does: fc.constant('delete' as const), which: fc.array(fc.nat(), { maxLength: 5 }) }),
  fc.record({ does: fc.constant('recompute' as const), list, node: fc.constantFrom('half', 'drawn', 'told') }),
  fc.record({ does: fc.constant('evict' as const), bytes: fc.nat(200_000) }),
  fc.record({ does: fc.constant('damage' as const), which: fc.nat() }),
  fc.record({ does: fc.constant('open anew' as const) }),
);

it.each(['memory', 'disk'])(
  'law: whatever happened to a cache (%s), what it notes down about a map changes nothing of what comes out',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        list,
        fc.subarray(['half', 'drawn', 'long', 'told'] as const, { minLength: 1 }),
        async (steps, asked, outputs) => {
          const path = join(folder, String(folders++));
          const opened = (): Cache => {
            if (kind === 'memory') return new MemoryCache();
            return kind === 'disk' ? new DiskCache(path) : new TieredCache([new MemoryCache(), new DiskCache(path)]);
          };
          let cache = opened();
          for (const step of steps) {
            const keys: string[] = [];
            for await (const { key } of cache.entries()) keys.push(key);
            keys.sort();
            if (step.does === 'map') await versions[step.version]!.map(step.list, { over: 'x', cache });
            else if (step.does === 'delete')
              for (const at of step.which) await cache.delete(keys[at % keys.length] ?? '');
            else if (step.does === 'evict') await cache.evict(step.bytes);
            else if (step.does === 'recompute') {
              const inputs = { x: step.list.x.slice(0, 45), by: step.list.by };
              await versions[0]!.map(inputs, { over: 'x', cache, recompute: [step.node] });
            } else if (step.does === 'damage' && keys.length > 0) {
              const key = keys[step.which % keys.length]!;
              const entry = (await cache.get(key))!;
              await cache.put(key, { ...entry, value: new Uint8Array([9]) });
            } else if (step.does === 'open anew' && kind !== 'memory') {
              await cache.close();
              cache = opened();
            }
          }
          for (const p of versions) {
            const map = (from: Cache) => p.map(asked, { over: 'x', cache: from, outputs });
            // What was damaged is computed anew only when it is read, after others were told from it.
            let alone = await map(nodeByNode(cache));
            while (alone.stats.executed > 0) alone = await map(nodeByNode(cache));
            for (let round = 0; round < 2; round++) {
              const noted = await map(cache);
              expect([...noted]).toEqual([...alone]);
              expect(noted.stats.executed).toBe(0);
            }
          }
          await cache.close();
        },
      ),
      { numRuns: 25 },
    );
  },
  120_000,
);

const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);

/** A cache that says what it was asked for. */
function watched(cache: MemoryCache): Cache & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    ...nodeByNode(cache),
    asked,
    get(key) {
      asked.push(`get ${cache.head(key)?.node}`);
      return cache.get(key);
    },
    head(key) {
      asked.push('head');
      return cache.head(key);
    },
    stamps: (keys) => cache.stamps(keys),
    note: (name) => cache.note(name),
    keepNote: (name, bytes) => cache.keepNote(name, bytes),
  };
}

describe('a map whose items the cache knows', () => {
  const small = node('small', ({ x }: { x: number }) => x + 1);
  const large = node('large', ({ small }: { small: number }) => new Float64Array(100).fill(small));
  const sum = node('sum', ({ large }: { large: Float64Array }) => large.reduce((a, b) => a + b, 0));
  const p = pipeline(small, large, sum);
  const over = { over: 'x' } as const;

  it('reads of each what is asked for, unless it is small', async () => {
    const cache = watched(new MemoryCache());
    await p.map({ x: numbers(200) }, { ...over, cache });
    cache.asked.length = 0;
    const sums = await p.map({ x: numbers(200) }, { ...over, cache, outputs: ['sum'] });
    expect(sums.column('sum')).toEqual(numbers(200, 1).map((x) => 100 * x));
    expect(cache.asked).toEqual([]);
    const all = await p.map({ x: numbers(200) }, { ...over, cache });
    expect(all.column('large')[150]).toEqual(new Float64Array(100).fill(151));
    expect(new Set(cache.asked)).toEqual(new Set([`get ${p.name} > large`]));
    expect(all.stats).toMatchObject({ executed: 0, cached: 600 });
  });

  it('gives values of their own, however small they are', async () => {
    const bytes = pipeline(node('bytes', ({ x }: { x: number }) => Buffer.from([x, x])));
    const cache = new MemoryCache();
    const run = async (): Promise<Buffer[]> =>
      (await bytes.map({ x: numbers(140) }, { ...over, cache })).column('bytes');
    await run();
    for (const value of await run()) value.fill(255);
    expect((await run()).map(([first]) => first)).toEqual(numbers(140));
  });

  it('runs what is new among them, what failed, and nothing else', async () => {
    let broken = true;
    const ran: number[] = [];
    const checked = node(
      'checked',
      ({ x }: { x: number }) => {
        ran.push(x);
        if (broken && x % 50 === 7) throw new Error('not yet');
        return x;
      },
      { version: '1' },
    );
    const cache = new MemoryCache();
    const map = (xs: number[]) => pipeline(checked).map({ x: xs }, { ...over, cache, onError: 'collect' });
    await map(numbers(150));
    ran.length = 0;
    expect((await map(numbers(200))).failures).toHaveLength(4);
    expect(ran).toEqual([7, 57, 107, ...numbers(50, 150)]);
    broken = false;
    ran.length = 0;
    await map([...numbers(3, 1000), ...numbers(200)]);
    expect(ran).toEqual([1000, 1001, 1002, 7, 57, 107, 157]);
    ran.length = 0;
    expect((await map([...numbers(3, 1000), ...numbers(200)])).column('checked')).toEqual([
      ...numbers(3, 1000),
      ...numbers(200),
    ]);
    expect(ran).toEqual([]);
  });

  it('is known within a run and from a stream of its parents, too', async () => {
    const whole = pipeline(
      p.asNode({ inputs: { xs: 'x' }, outputs: { sum: 'sums' }, mapOver: 'xs' }),
      node('most', ({ sums }: { sums: number[] }) => Math.max(...sums)),
    );
    const cache = watched(new MemoryCache());
    await whole.run({ xs: numbers(300) }, { cache });
    cache.asked.length = 0;
    expect(await whole.run({ xs: numbers(300) }, { cache, outputs: ['most'] })).toEqual({ most: 30_000 });
    expect(cache.asked).toEqual([`get ${whole.name} > most`]);
  });

  it('takes note of no entry more, and within the limit', async () => {
    const cache = new DiskCache({ path: join(folder, 'limited'), maxBytes: 150_000 });
    for (let round = 0; round < 5; round++)
      await p.map({ x: numbers(200, 200 * round) }, { ...over, cache, outputs: ['sum'] });
    cache.close();
    const segments = join(folder, 'limited', 'segments');
    const used = readdirSync(segments).reduce((bytes, name) => bytes + readFileSync(join(segments, name)).length, 0);
    expect(used).toBeLessThan(250_000);
    const memory = new MemoryCache({ maxEntries: 600 });
    await p.map({ x: numbers(200) }, { ...over, cache: memory });
    expect([...memory.entries()]).toHaveLength(600);
    memory.evict(300 * 1000);
    expect((await p.map({ x: numbers(200) }, { ...over, cache: memory })).stats.executed).toBeLessThan(600);
  });

  it('is asked for node by node of whoever extends a cache', async () => {
    class Forgetful extends MemoryCache {
      override head(key: string) {
        const header = super.head(key);
        return header?.node.endsWith('small') ? undefined : header;
      }
    }
    const cache = new Forgetful();
    await p.map({ x: numbers(150) }, { ...over, cache });
    expect((await p.map({ x: numbers(150) }, { ...over, cache, outputs: ['sum'] })).stats.executed).toBe(150);
  });

  it('survives any damage to what was noted down', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const path = join(folder, 'damaged');
    const filled = new DiskCache(path);
    await p.map({ x: numbers(150) }, { ...over, cache: filled });
    filled.close();
    const [segment] = readdirSync(join(path, 'segments')).filter((name) => name.endsWith('.segment'));
    const file = join(path, 'segments', segment!);
    const whole = readFileSync(file);
    const expected = numbers(150, 1).map((x) => 100 * x);
    for (let round = 0; round < 40; round++) {
      const bytes = Buffer.from(whole);
      // Notes are among what was written last.
      for (let flips = 0; flips < 20; flips++)
        bytes[whole.length - 1 - ((round * 7919 + flips * 104_729) % 60_000)]! ^= 1 << (round % 8);
      writeFileSync(file, bytes);
      const cache = new DiskCache(path);
      const { stats, ...results } = await p.map({ x: numbers(150) }, { ...over, cache, outputs: ['sum'] });
      expect([stats.failed, Object.values(results).map((item) => (item as { sum: number }).sum)]).toEqual([
        0,
        expected,
      ]);
      cache.close();
      for (const name of readdirSync(join(path, 'segments'))) {
        if (name.endsWith('.segment') && name !== segment) rmSync(join(path, 'segments', name));
      }
    }
    vi.restoreAllMocks();
  });
});

describe('what is noted down stays true', () => {
  const over = { over: 'x' } as const;

  it.each(['memory', 'disk'])(
    'when another run computes a node anew while an item waits for the next one (%s)',
    async (kind) => {
      const p = pipeline(
        node('drawn', ({ x }: { x: number }) => 1000 * x + called(), { version: '1' }),
        node(
          'slow',
          async ({ drawn }: { drawn: number }) => {
            await delay(50);
            return `of ${drawn}`;
          },
          { version: '1' },
        ),
      );
      const cache = kind === 'memory' ? new MemoryCache() : new DiskCache(join(folder, String(folders++)));
      const first = p.map({ x: numbers(140) }, { ...over, cache });
      await delay(10);
      await p.map({ x: numbers(140) }, { ...over, cache, recompute: ['drawn'], outputs: ['drawn'] });
      await first;
      const noted = [...(await p.map({ x: numbers(140) }, { ...over, cache }))];
      for (const x of [7, 99, 139]) expect(await p.run({ x }, { cache })).toEqual(noted[x]);
    },
  );

  it('when another run computes items anew while one of a known map is slow', async () => {
    let slowness = 0;
    const p = pipeline(
      node(
        ['drawn', 'long'],
        async ({ x }: { x: number }) => {
          if (x === 1) await delay(slowness);
          const drawn = called();
          return { drawn, long: new Uint8Array(500).fill(drawn) };
        },
        { version: '1' },
      ),
      node('told', ({ drawn }: { drawn: number }) => `of ${drawn}`, { version: '1' }),
    );
    const cache = new MemoryCache();
    await p.map({ x: numbers(140) }, { ...over, cache });
    const { nodes } = await p.explain({ x: 1 }, { cache });
    cache.delete(nodes[0]!.signature!);
    slowness = 60;
    const known = p.map({ x: numbers(140) }, { ...over, cache, concurrency: 1 });
    await delay(10);
    slowness = 0;
    await p.map({ x: numbers(138, 2) }, { ...over, cache, recompute: ['drawn'] });
    for (const { drawn, told, long } of await known) {
      expect([told, long[0]]).toEqual([`of ${drawn}`, drawn % 256]);
    }
  });

  it('when a node changes an input that all items share', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const p = pipeline(
      node('limited', ({ x, config }: { x: number; config: { limit: number } }) => {
        if (x === -1) config.limit = 2;
        return config.limit;
      }),
    );
    const items = (at63: number): number[] => [...numbers(63), at63, ...numbers(200, 64)];
    const cache = new MemoryCache();
    await p.map({ x: items(-1), config: { limit: 1 } }, { ...over, cache });
    const { length } = items(63);
    const limited = (await p.map({ x: items(63), config: { limit: 1 } }, { ...over, cache })).column('limited');
    expect(limited).toEqual(new Array(length).fill(1));
    vi.restoreAllMocks();
  });

  it('of a value that is read after another one has taken its place', async () => {
    let pause: Promise<unknown> = Promise.resolve();
    const drawn = node('drawn', ({ x }: { x: number }) => x + called(), { version: '1' });
    const waits = node('waited', async ({ x }: { x: number }) => pause.then(() => x), { cache: false, deps: [] });
    const told = node('told', ({ drawn, waited }: { drawn: number; waited: number }) => `${drawn} ${waited}`, {
      version: '1',
    });
    const cache = new MemoryCache();
    const first = await pipeline(drawn).run({ x: 1 }, { cache });
    pause = delay(40);
    const running = pipeline(drawn, waits, told).run({ x: 1 }, { cache, outputs: ['told'] });
    await delay(10);
    await pipeline(drawn).run({ x: 1 }, { cache, recompute: ['drawn'] });
    await running;
    expect(await pipeline(told).run({ ...first, waited: 1 }, { cache })).toEqual({ told: `${first.drawn} 1` });
  });
});
