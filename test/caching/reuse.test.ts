import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Callback, InProcessEngine, type NodeContext, node, Pipeline, pipeline, stateful } from 'hypernodes';
import { type Cache, type CacheEntry, DiskCache, FileCache, MemoryCache, TieredCache } from 'hypernodes/cache';
import { describe, expect, it, vi } from 'vitest';
import { LaterCache } from '../fixtures/later-cache.ts';

const disposeAll = (): Promise<void> => new InProcessEngine().close();

const folder = (): string => mkdtempSync(join(tmpdir(), 'hypernodes-'));

/** Counts calls outside of what the nodes capture: a captured counter would be part of their identity. */
declare global {
  var counted: (name: string) => number;
  var secret: number;
  var batches: number[][];
}
const calls: Record<string, number> = {};
globalThis.counted = (name) => {
  calls[name] = (calls[name] ?? 0) + 1;
  return calls[name];
};
const resetCalls = (): void => {
  for (const name of Object.keys(calls)) delete calls[name];
};

const double = node('doubled', ({ x }: { x: number }) => {
  globalThis.counted('doubled');
  return x * 2;
});
const parity = node('parity', ({ doubled }: { doubled: number }) => {
  globalThis.counted('parity');
  return doubled % 4;
});
const label = node('label', ({ parity: p }: { parity: number }) => {
  globalThis.counted('label');
  return `rest ${p}`;
});

const caches = {
  memory: () => new MemoryCache(),
  disk: () => new DiskCache(folder()),
  files: () => new FileCache(folder()),
  tiered: () => new TieredCache([new MemoryCache(), new FileCache(folder())]),
};

describe.each(Object.entries(caches))('a pipeline with a %s cache', (_, makeCache) => {
  it('executes nothing the second time and gives the same result', async () => {
    resetCalls();
    const p = new Pipeline({ nodes: [double, parity, label], cache: makeCache() });
    const first = await p.run({ x: 3 });
    expect(calls).toEqual({ doubled: 1, parity: 1, label: 1 });
    expect(await p.run({ x: 3 })).toEqual(first);
    expect(calls).toEqual({ doubled: 1, parity: 1, label: 1 });
  });

  it('stops where a re-run gives an equal value (early cut-off)', async () => {
    resetCalls();
    const p = new Pipeline({ nodes: [double, parity, label], cache: makeCache() });
    await p.run({ x: 1 });
    await p.run({ x: 3 });
    // 2 and 6 leave the same rest: `label` has nothing new to do.
    expect(calls).toEqual({ doubled: 2, parity: 2, label: 1 });
  });

  it('shares results between map items, runs and positions', async () => {
    resetCalls();
    const p = new Pipeline({ nodes: [double], cache: makeCache() });
    await p.map({ x: [1, 2, 3] }, { over: 'x' });
    const again = await p.map({ x: [0, 3, 2, 1] }, { over: 'x' });
    expect(again.column('doubled')).toEqual([0, 6, 4, 2]);
    expect(calls.doubled).toBe(4);
    expect(again.stats).toMatchObject({ items: 4, executed: 1, cached: 3 });
  });

  it('keeps undefined, null, 0, empty text and false', async () => {
    const p = new Pipeline({
      nodes: [
        node('result', ({ which }: { which: number }) => {
          globalThis.counted('result');
          return [undefined, null, 0, '', false, Number.NaN][which];
        }),
      ],
      cache: makeCache(),
    });
    resetCalls();
    const run = () => p.map({ which: [0, 1, 2, 3, 4, 5] }, { over: 'which' });
    const first = (await run()).column('result');
    expect((await run()).column('result')).toEqual(first);
    expect(first).toEqual([undefined, null, 0, '', false, Number.NaN]);
    expect(calls.result).toBe(6);
  });
});

describe('what is cached', () => {
  it('is never an error', async () => {
    resetCalls();
    const p = new Pipeline({
      nodes: [
        node('fails', ({ x }: { x: number }) => {
          globalThis.counted('fails');
          throw new Error(`no ${x}`);
        }),
      ],
      cache: new MemoryCache(),
    });
    await expect(p.run({ x: 1 })).rejects.toThrow('no 1');
    await expect(p.run({ x: 1 })).rejects.toThrow('no 1');
    expect(calls.fails).toBe(2);
  });

  it('is not a node with cache: false, though what follows from it is', async () => {
    resetCalls();
    const p = new Pipeline({ nodes: [double.with({ cache: false }), parity], cache: new MemoryCache() });
    await p.run({ x: 1 });
    await p.run({ x: 1 });
    expect(calls).toEqual({ doubled: 2, parity: 1 });
  });

  it('is nothing below `cache: null`, at any depth', async () => {
    resetCalls();
    const innermost = pipeline(double);
    const inner = new Pipeline({ nodes: [innermost, parity], cache: null });
    const outer = new Pipeline({ nodes: [inner, label], cache: new MemoryCache() });
    await outer.run({ x: 1 });
    await outer.run({ x: 1 });
    expect(calls).toEqual({ doubled: 2, parity: 2, label: 1 });
  });

  it('is inherited by nested and mapped pipelines', async () => {
    resetCalls();
    const perItem = new Pipeline({ name: 'per_item', nodes: [double, parity] });
    const sum = node('sum', ({ rests }: { rests: number[] }) => {
      globalThis.counted('sum');
      return rests.reduce((a, b) => a + b, 0);
    });
    const all = new Pipeline({
      nodes: [perItem.asNode({ inputs: { xs: 'x' }, outputs: { parity: 'rests' }, mapOver: 'xs' }), sum],
      cache: new FileCache(folder()),
    });
    const first = await all.run({ xs: [1, 2, 3] });
    expect(await all.run({ xs: [1, 2, 3] })).toEqual(first);
    expect(calls).toEqual({ doubled: 3, parity: 3, sum: 1 });
    // 5 leaves the same rest as 1 and 3: its nodes run, the sum of equal rests does not.
    await all.run({ xs: [5, 2, 3] });
    expect(calls).toEqual({ doubled: 4, parity: 4, sum: 1 });
  });

  it('is overridden for one run', async () => {
    resetCalls();
    const p = new Pipeline({ nodes: [double], cache: new MemoryCache() });
    await p.run({ x: 1 });
    await p.run({ x: 1 }, { cache: null });
    expect(calls.doubled).toBe(2);
  });

  it('is several outputs at once, found under other names too', async () => {
    resetCalls();
    const stats = node(['low', 'high'], ({ xs }: { xs: number[] }) => {
      globalThis.counted('stats');
      return { low: Math.min(...xs), high: Math.max(...xs) };
    });
    const cache = new MemoryCache();
    expect(await new Pipeline({ nodes: [stats], cache }).run({ xs: [3, 1] })).toEqual({ low: 1, high: 3 });
    const renamed = stats.rename({ inputs: { xs: 'ys' }, outputs: { low: 'least' } });
    expect(await new Pipeline({ nodes: [renamed], cache }).run({ ys: [3, 1] })).toEqual({ least: 1, high: 3 });
    expect(calls.stats).toBe(1);
  });
});

describe('two equal executions at once', () => {
  it('run once', async () => {
    resetCalls();
    const slow = node('slow', async ({ x }: { x: number }) => {
      globalThis.counted('slow');
      await new Promise((resolve) => setTimeout(resolve, 20));
      return x;
    });
    const p = new Pipeline({ nodes: [slow], cache: new MemoryCache() });
    const results = await Promise.all([p.run({ x: 1 }), p.run({ x: 1 }), p.map({ x: [1, 1] }, { over: 'x' })]);
    expect(results[0]).toEqual({ slow: 1 });
    expect(results[2].column('slow')).toEqual([1, 1]);
    expect(calls.slow).toBe(1);
  });

  it('run again for whoever waited when the first one fails', async () => {
    resetCalls();
    const flaky = node('flaky', async () => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (globalThis.counted('flaky') === 1) throw new Error('first');
      return 'second';
    });
    const p = new Pipeline({ nodes: [flaky], cache: new MemoryCache() });
    const [first, second] = await Promise.allSettled([p.run({}), p.run({})]);
    expect(first.status).toBe('rejected');
    expect(second).toEqual({ status: 'fulfilled', value: { flaky: 'second' } });
  });
});

describe('batch with a cache', () => {
  it('gives the batch function only the misses', async () => {
    globalThis.batches = [];
    const square = node('squared', ({ x }: { x: number }) => x * x, {
      batch: ({ x }) => {
        globalThis.batches.push(x);
        return x.map((value) => value * value);
      },
    });
    const p = new Pipeline({ nodes: [square], cache: new MemoryCache() });
    expect((await p.map({ x: [1, 2] }, { over: 'x' })).column('squared')).toEqual([1, 4]);
    expect((await p.map({ x: [1, 2, 3, 4] }, { over: 'x' })).column('squared')).toEqual([1, 4, 9, 16]);
    expect(globalThis.batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

describe('recompute', () => {
  it('forces the named node and everything that follows from it', async () => {
    resetCalls();
    const p = new Pipeline({ nodes: [double, parity, label], cache: new MemoryCache() });
    await p.run({ x: 1 });
    await p.run({ x: 1 }, { outputs: ['label'], recompute: ['parity'] });
    expect(calls).toEqual({ doubled: 1, parity: 2, label: 2 });
  });
});

describe('spotCheck', () => {
  it('reports a node whose result depends on something hidden', async () => {
    const hidden = node('hidden', () => Reflect.get(globalThis, 'secret') as number);
    const p = new Pipeline({ nodes: [hidden], cache: new MemoryCache(), name: 'checked' });
    globalThis.secret = 1;
    await p.run({});
    globalThis.secret = 2;
    const warnings: string[] = [];
    const listen = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', listen);
    expect(await p.run({})).toEqual({ hidden: 1 });
    expect(await p.run({}, { outputs: ['hidden'], spotCheck: 1 })).toEqual({ hidden: 2 });
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(warnings.join()).toMatch(/checked > hidden.*1 before, 2 now/);
  });
});

describe('events of a cached run', () => {
  it('are onNodeCached alone for a hit, and an item is cached when nothing executed', async () => {
    const events: string[] = [];
    const callback: Callback = {
      onNodeStart: ({ path }) => void events.push(`start ${path}`),
      onNodeEnd: ({ path }) => void events.push(`end ${path}`),
      onNodeCached: ({ path }) => void events.push(`cached ${path}`),
      onMapItemEnd: ({ path, cached }) => void events.push(`item ${path} ${cached}`),
    };
    const p = new Pipeline({ name: 'p', nodes: [double], cache: new MemoryCache(), callbacks: [callback] });
    await p.map({ x: [1] }, { over: 'x' });
    await p.map({ x: [1, 2] }, { over: 'x' });
    expect(events).toEqual([
      'start p[0] > doubled',
      'end p[0] > doubled',
      'item p[0] false',
      'cached p[0] > doubled',
      'item p[0] true',
      'start p[1] > doubled',
      'end p[1] > doubled',
      'item p[1] false',
    ]);
  });
});

describe('plan and explain', () => {
  const cache = new MemoryCache();
  const p = new Pipeline({ name: 'p', nodes: [double, parity, label], cache });

  it('foresee what a run would do, and execute nothing', async () => {
    resetCalls();
    expect(await p.plan({ x: 1 })).toMatchObject({
      nodes: [
        { path: 'p > doubled', state: 'run' },
        { path: 'p > parity', state: 'unknown', because: 'depends on p > doubled' },
        { path: 'p > label', state: 'unknown' },
      ],
    });
    expect(calls).toEqual({});
    await p.run({ x: 1 });
    expect((await p.plan({ x: 1 })).nodes.map(({ state }) => state)).toEqual(['hit', 'hit', 'hit']);
    expect(calls).toEqual({ doubled: 1, parity: 1, label: 1 });
  });

  it('name the input that changed', async () => {
    await p.run({ x: 1 });
    const { nodes } = await p.explain({ x: 10 });
    expect(nodes[0]).toMatchObject({ path: 'p > doubled', state: 'miss', changed: [{ part: 'input', name: 'x' }] });
  });
});

describe('explain', () => {
  it('names what changed within an input, with the values while they are small', async () => {
    const cut = node('cut', ({ x, deep }: { x: { limit: number; tags: string[] }; deep: unknown }) => [x.limit, deep]);
    const p = new Pipeline({ name: 'within', nodes: [cut], cache: new MemoryCache() });
    const long = 'a'.repeat(100);
    await p.run({
      x: { limit: 10, tags: ['a'] },
      deep: { text: long, rows: Array.from({ length: 100 }, (_, i) => i) },
    });
    const changed = async (x: object, deep: unknown) =>
      (await p.explain({ x, deep } as never)).nodes[0]!.changed!.map(({ part, name, before, after }) => [
        part,
        name,
        before,
        after,
      ]);
    const same = { text: long, rows: Array.from({ length: 100 }, (_, i) => i) };
    expect(await changed({ limit: 20, tags: ['a'] }, same)).toEqual([['input', 'x.limit', '10', '20']]);
    expect(await changed({ limit: 10, tags: ['b', 'c'] }, same)).toEqual([
      ['input', 'x.tags[0]', '"a"', '"b"'],
      ['input', 'x.tags[1]', undefined, '"c"'],
    ]);
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(await changed({ limit: 10, tags: ['a'] }, { ...same, text: `${long}b` })).toEqual([
      [
        'input',
        'deep.text',
        expect.stringMatching(/^"a{40}"… \(100 characters/),
        expect.stringMatching(/101 characters/),
      ],
    ]);
    expect(await changed({ limit: 10, tags: ['a'] }, { ...same, rows: [] })).toEqual([
      ['input', 'deep.rows', digest, digest],
    ]);
    expect(await changed({ limit: 10, tags: ['a'] }, new Map())).toEqual([['input', 'deep', digest, digest]]);
  });
});

describe('a node function that takes its context', () => {
  it('is cached like others', async () => {
    resetCalls();
    const tagged = node('tagged', ({ x }: { x: number }, context: NodeContext) => {
      globalThis.counted('tagged');
      context.progress(1, 1);
      return x;
    });
    const p = new Pipeline({ nodes: [tagged], cache: new MemoryCache() });
    await p.run({ x: 1 });
    await p.run({ x: 1 });
    expect(calls.tagged).toBe(1);
  });
});

describe('a resource among the inputs', () => {
  it('is identified by its key, and not created for a hit', async () => {
    resetCalls();
    const model = stateful(
      () => {
        globalThis.counted('created');
        return { factor: 3 };
      },
      { key: ['model', 'v1'] },
    );
    const predict = node('predicted', ({ x, model: { factor } }: { x: number; model: { factor: number } }) => {
      globalThis.counted('predicted');
      return x * factor;
    });
    const cache = new MemoryCache();
    const p = new Pipeline({ nodes: [predict], cache }).bind({ model });
    expect(await p.run({ x: 2 })).toEqual({ predicted: 6 });
    await disposeAll();
    expect(await p.run({ x: 2 })).toEqual({ predicted: 6 });
    expect(calls).toEqual({ created: 1, predicted: 1 });
    const other = stateful(() => ({ factor: 5 }), { key: ['model', 'v2'] });
    expect(await new Pipeline({ nodes: [predict], cache }).bind({ model: other }).run({ x: 2 })).toEqual({
      predicted: 10,
    });
  });
});

describe('what cannot be identified', () => {
  it('runs uncached, with one warning that names it', async () => {
    resetCalls();
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const p = new Pipeline({
      name: 'opaque',
      nodes: [
        node('used', ({ client }: { client: { docs: unknown[] } }) => {
          globalThis.counted('used');
          return client.docs.length;
        }),
      ],
      cache: new MemoryCache(),
    });
    const client = { docs: [1, { later: Promise.resolve() }] };
    await p.run({ client });
    await p.run({ client });
    expect(calls.used).toBe(2);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(
      /opaque > used runs uncached: its input 'client.docs\[1\].later' is a promise/,
    );
    warn.mockRestore();
  });

  it('as a result is returned, uncached, with one warning', async () => {
    resetCalls();
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const p = new Pipeline({
      name: 'unstorable',
      nodes: [
        node('made', () => {
          globalThis.counted('made');
          return { run: () => 1 };
        }),
      ],
      cache: new MemoryCache(),
    });
    expect((await p.run({})).made.run()).toBe(1);
    await p.run({});
    expect(calls.made).toBe(2);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]![0]).toMatch(
      /unstorable > made: its result cannot be cached: 'value\.run' is the function/,
    );
    warn.mockRestore();
  });
});

describe('a cache that fails', () => {
  it('never fails the run, and is told once', async () => {
    class Broken extends MemoryCache {
      override head(): never {
        throw new Error('unreachable');
      }
      override get(): never {
        throw new Error('unreachable');
      }
      override put(): never {
        throw new Error('disk full');
      }
    }
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const p = new Pipeline({ nodes: [double, parity], cache: new Broken() });
    expect(await p.map({ x: [1, 2] }, { over: 'x' })).toHaveLength(2);
    expect(warn.mock.calls.map(([message]) => String(message).replace(/:.*/, ''))).toEqual([
      'the cache could not read; the run goes on without it',
      'the cache could not keep a result; the run goes on uncached',
    ]);
    warn.mockRestore();
  });

  it('computes anew what it says to have and has not', async () => {
    resetCalls();
    class Forgetful extends MemoryCache {
      override get(): undefined {
        return undefined;
      }
    }
    const p = new Pipeline({ nodes: [double, parity], cache: new Forgetful() });
    expect(await p.run({ x: 1 })).toEqual({ doubled: 2, parity: 2 });
    expect(await p.run({ x: 1 })).toEqual({ doubled: 2, parity: 2 });
    expect(calls).toEqual({ doubled: 2, parity: 2 });
  });

  it.each([
    ['has lost it', () => undefined],
    [
      'throws',
      () => {
        throw new Error('unreachable');
      },
    ],
    ['fails later', () => Promise.reject(new Error('unreachable'))],
  ])('computes anew what a running node needs, when it says to have it and %s', async (_, get) => {
    resetCalls();
    const cache = new MemoryCache();
    const p = new Pipeline({ nodes: [double, parity], cache });
    const options = { outputs: ['parity'], recompute: ['parity'] } as const;
    await p.run({ x: 1 }, options);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    vi.spyOn(cache, 'get').mockImplementation(get as typeof cache.get);
    expect(await p.run({ x: 1 }, options)).toEqual({ parity: 2 });
    expect(calls).toEqual({ doubled: 2, parity: 2 });
    expect(warn.mock.calls.length).toBeLessThanOrEqual(1);
    warn.mockRestore();
  });
});

describe('a cache that answers later', () => {
  it('serves runs and maps like others', async () => {
    resetCalls();
    const cache = new LaterCache();
    const p = new Pipeline({ nodes: [double, parity], cache });
    await p.map({ x: [1, 2, 3] }, { over: 'x' });
    expect((await p.map({ x: [3, 2, 1] }, { over: 'x' })).column('doubled')).toEqual([6, 4, 2]);
    expect(calls).toEqual({ doubled: 3, parity: 3 });
  });

  it('is refused by runSync', () => {
    const p = new Pipeline({ nodes: [double], cache: new LaterCache() });
    expect(() => p.runSync({ x: 1 })).toThrow(/its cache answered with a promise in runSync/);
  });
});

describe("a cache of one's own", () => {
  /** Only what the interface demands. */
  class Plain implements Cache {
    readonly held = new Map<string, CacheEntry>();
    get(key: string) {
      return this.held.get(key);
    }
    has(key: string) {
      return this.held.has(key);
    }
    put(key: string, entry: CacheEntry) {
      this.held.set(key, entry);
    }
    delete(key: string) {
      return this.held.delete(key);
    }
    *entries() {
      for (const [key, { value }] of this.held) yield { key, size: value.byteLength, usedAt: 0 };
    }
    evict() {
      return 0;
    }
    close() {}
  }

  it.each([
    ['alone', (cache: Cache) => cache],
    ['as a tier', (cache: Cache) => new TieredCache([new MemoryCache({ maxEntries: 1 }), cache])],
  ])('needs no more than get, has, put, delete, entries, evict and close: %s', async (_, use) => {
    resetCalls();
    const p = new Pipeline({ nodes: [double, parity], cache: use(new Plain()) });
    const first = await p.map({ x: [1, 2] }, { over: 'x' });
    expect(await p.map({ x: [1, 2] }, { over: 'x' })).toEqual(first);
    expect(await p.run({ x: 2 }, { outputs: ['parity'] })).toEqual({ parity: 0 });
    expect((await p.plan({ x: 1 })).nodes.map(({ state }) => state)).toEqual(['hit', 'hit']);
    expect(calls).toEqual({ doubled: 2, parity: 2 });
  });

  it.each<[string, unknown]>([
    ['nothing of an entry', {}],
    ['no digests', { header: {}, value: Buffer.alloc(0) }],
    ['digests that are none', { header: { digests: { value: 7 } }, value: Buffer.alloc(0) }],
    ['null', null],
  ])('is not believed when it answers with %s', async (_, answer) => {
    resetCalls();
    const cache = new Plain();
    cache.get = () => answer as CacheEntry;
    const p = new Pipeline({ nodes: [double, parity], cache });
    expect(await p.run({ x: 1 })).toEqual({ doubled: 2, parity: 2 });
    expect(await p.run({ x: 1 })).toEqual({ doubled: 2, parity: 2 });
    expect(calls).toEqual({ doubled: 2, parity: 2 });
  });
});
