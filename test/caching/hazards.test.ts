import { EventEmitter } from 'node:events';
import { type } from 'arktype';
import { node, Pipeline, pipeline } from 'hypernodes';
import { type Cache, MemoryCache } from 'hypernodes/cache';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';

declare global {
  var hour: number;
  var tries: number;
}

/** Each of these once gave a wrong value, failed a run, or ran what need not run. */
const warned: string[] = [];
beforeEach(() => {
  warned.length = 0;
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warned.push(String(warning)));
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Answers of a cache that are not those of the one behind it. */
const answering = (cache: Cache, answers: Partial<Record<keyof Cache, (...args: never[]) => unknown>>): Cache =>
  new Proxy(cache, {
    get(target, name) {
      const member: unknown = answers[name as keyof Cache] ?? Reflect.get(target, name, target);
      return typeof member === 'function' ? (...args: unknown[]) => Reflect.apply(member, target, args) : member;
    },
  });

/** Any nodes, wired by name alone. */
const untyped = (nodes: readonly unknown[], options: object = {}) =>
  pipeline.untyped<Record<string, unknown>, Record<string, unknown>>(nodes as never, options);

describe('outputs that are named by numbers', () => {
  it('are known by their own values, in whatever order objects list them', async () => {
    const cache = new MemoryCache();
    const made = node(['2', '1'], (): Record<'2' | '1', string> => ({ 2: 'two', 1: 'one' }));
    const read = node({ name: 'read', inputs: ['2'], run: (given: Record<'2', string>) => given[2] });
    expect(await untyped([made, read], { cache }).run({})).toEqual({ 1: 'one', 2: 'two', read: 'two' });
    expect(await untyped([read], { cache }).run({ 2: 'one' })).toEqual({ read: 'one' });
  });
});

describe('one function in two nodes', () => {
  it('is not the same result when one of them takes it apart', async () => {
    const make = () => ({ value: 1 });
    const cache = new MemoryCache();
    expect(await new Pipeline({ nodes: [node('whole', make)], cache }).run({})).toEqual({ whole: { value: 1 } });
    expect(await new Pipeline({ nodes: [node(['value'], make)], cache }).run({})).toEqual({ value: 1 });
    const pinned = { version: '1' };
    expect(await new Pipeline({ nodes: [node('value', make, pinned)], cache }).run({})).toEqual({
      value: { value: 1 },
    });
    expect(await new Pipeline({ nodes: [node(['value'], make, pinned)], cache }).run({})).toEqual({ value: 1 });
  });
});

describe('schemas', () => {
  const first = node('a', ({ x }: { x: number }) => x);
  const through = (schema: z.ZodType, cache: Cache) =>
    untyped([first, node({ name: 'b', schemas: { a: schema }, run: ({ a }) => a })], { cache });

  it('of what another node gives are part of the key', async () => {
    const cache = new MemoryCache();
    const plus = (n: number) => z.number().transform((value) => value + n);
    expect(await through(plus(1), cache).run({ x: 1 })).toMatchObject({ b: 2 });
    expect(await through(plus(2), cache).run({ x: 1 })).toMatchObject({ b: 3 });
    await expect(through(z.number().min(5), cache).run({ x: 1 })).rejects.toThrow(/was refused/);
    expect((await through(plus(1), cache).plan({ x: 1 })).nodes.map(({ state }) => state)).toEqual(['hit', 'hit']);
  });

  it('of results keep nothing from being cached, and count', async () => {
    const cache = new MemoryCache();
    const shaped = (n: number) =>
      untyped(
        [
          node({
            name: 'b',
            inputs: ['x'],
            output: z.object({ x: z.number().max(n) }),
            run: ({ x }: { x: number }) => ({ x }),
          }),
        ],
        {
          cache,
        },
      );
    await shaped(5).run({ x: 3 });
    expect((await shaped(5).plan({ x: 3 })).nodes[0]).toMatchObject({ state: 'hit' });
    await expect(shaped(2).run({ x: 3 })).rejects.toThrow(/was refused/);
    expect(warned).toEqual([]);
  });

  it('that cannot be looked into are told of once, and cached all the same with deps or a version', async () => {
    const schemas = { x: type('number').narrow((x) => x > 0) };
    const run = ({ x }: { x: number }): number => x + 1;
    const states = async (options: { deps?: unknown[]; version?: string }) => {
      const spec = { name: 'next' as const, schemas, run, ...options };
      const p = new Pipeline({ name: 'checked', nodes: [node(spec)], cache: new MemoryCache() });
      const { executed } = (await p.map({ x: [1, 1] }, { over: 'x', concurrency: 1 })).stats;
      return executed;
    };
    expect(await states({})).toBe(2);
    expect(await states({ deps: ['number > 0'] })).toBe(1);
    expect(await states({ version: '1' })).toBe(1);
    expect(warned).toEqual([
      expect.stringMatching(
        /^checked > next runs uncached: it uses 'schema of arktype', which does not show what it was made from. Give the node deps:/,
      ),
    ]);
  });

  it('of given inputs are asked before the key is made, also when it is looked at ahead', async () => {
    const p = untyped([node({ name: 'b', schemas: { x: z.coerce.number() }, run: ({ x }) => x })], {
      cache: new MemoryCache(),
    });
    await p.run({ x: '5' });
    expect((await p.explain({ x: '5' })).nodes[0]).toMatchObject({ state: 'hit' });
    expect((await p.explain({ x: 5 })).nodes[0]).toMatchObject({ state: 'hit' });
    expect((await p.explain({ x: 6 })).nodes[0]).toMatchObject({ state: 'miss' });
    await expect(p.explain({ x: {} })).rejects.toThrow(/was refused/);
  });

  it('of a nested pipeline see values, not what stands for cached ones', async () => {
    const inner = untyped([node({ name: 'y', schemas: { a: z.number() }, run: ({ a }) => (a as number) + 1 })]);
    const p = untyped([node('a', ({ x }: { x: number }) => x * 2), inner.asNode()], { cache: new MemoryCache() });
    for (let round = 0; round < 3; round++) expect(await p.run({ x: 1 }, { outputs: ['y'] })).toEqual({ y: 3 });
    expect((await p.plan({ x: 1 })).nodes.map(({ state }) => state)).toEqual(['hit', 'hit']);
  });
});

describe('a cached undefined', () => {
  it('leaves an input of a nested pipeline to what is bound, as a computed one does', async () => {
    const inner = untyped([node('y', ({ a }: { a?: number }) => String(a))]).bind({ a: 7 });
    const p = untyped([node('a', ({ x }: { x: number }) => (x > 0 ? undefined : x)), inner.asNode()], {
      cache: new MemoryCache(),
    });
    expect(await p.run({ x: 1 })).toEqual({ a: undefined, y: '7' });
    expect(await p.run({ x: 1 })).toEqual({ a: undefined, y: '7' });
    expect(await p.run({ x: 1 }, { outputs: ['y'], recompute: ['y'] })).toEqual({ y: '7' });
  });
});

describe('an entry that is gone when its value is asked for', () => {
  const told = node('told', () => globalThis.hour);
  const text = node('text', ({ told }: { told: number }) => `it is ${told}`);

  it('is replaced by what the node gives now, and what follows is kept under that', async () => {
    const real = new MemoryCache();
    let isGone = false;
    const cache = answering(real, { get: (key: string) => (isGone ? undefined : real.get(key)) });
    const p = new Pipeline({ nodes: [told, text], cache });
    globalThis.hour = 1;
    await p.run({}, { outputs: ['told'] });
    globalThis.hour = 2;
    isGone = true;
    expect(await p.run({}, { outputs: ['text'] })).toEqual({ text: 'it is 2' });
    isGone = false;
    globalThis.hour = 1;
    const again = new Pipeline({ nodes: [told.with({ cache: false }), text], cache });
    expect(await again.run({})).toEqual({ told: 1, text: 'it is 1' });
    globalThis.hour = 2;
    expect(await again.run({})).toEqual({ told: 2, text: 'it is 2' });
  });

  it('also in a list of many items', async () => {
    const real = new MemoryCache();
    let isGone = false;
    const cache = answering(real, { get: (key: string) => (isGone ? undefined : real.get(key)) });
    const item = node('item', ({ i }: { i: number }) => i * globalThis.hour);
    const each = new Pipeline({ nodes: [item] }).asNode({
      inputs: { is: 'i' },
      outputs: { item: 'items' },
      mapOver: 'is',
    });
    const sum = node('sum', ({ items }: { items: number[] }) => items.join());
    const build = (isCached: boolean) => {
      const list = node('items', ({ is }: { is: number[] }) => is.map((i) => i * globalThis.hour), { cache: false });
      return untyped(isCached ? [each, sum] : [list, sum], { cache });
    };
    globalThis.hour = 1;
    await build(true).run({ is: [1, 2] }, { outputs: ['items'] });
    globalThis.hour = 2;
    isGone = true;
    expect(await build(true).run({ is: [1, 2] }, { outputs: ['sum'] })).toEqual({ sum: '2,4' });
    isGone = false;
    globalThis.hour = 1;
    expect(await build(true).run({ is: [1, 2] }, { outputs: ['sum'], recompute: ['item'] })).toEqual({ sum: '1,2' });
    expect(await build(false).run({ is: [1, 2] }, { outputs: ['sum'] })).toEqual({ sum: '1,2' });
  });
});

describe('a node that changes what it was given', () => {
  const sorted = node('sorted', ({ xs }: { xs: number[] }) => xs.sort().join());
  const first = node('first', ({ xs, sorted }: { xs: number[]; sorted: string }) => `${xs[0]} of ${sorted}`);

  it('gives what it gives without a cache, run after run, and others get what it left', async () => {
    const cache = new MemoryCache();
    const p = new Pipeline({ name: 'changing', nodes: [sorted, first], cache });
    for (let round = 0; round < 3; round++) {
      const plain = await p.run({ xs: [3, 1, 2] }, { cache: null });
      expect(await p.run({ xs: [3, 1, 2] })).toEqual(plain);
    }
    // Nobody sorted this list.
    expect(await new Pipeline({ nodes: [first], cache }).run({ xs: [3, 1, 2], sorted: '1,2,3' })).toEqual({
      first: '3 of 1,2,3',
    });
    expect(warned).toEqual([
      expect.stringMatching(/changing > sorted runs uncached: it changes its input 'xs', which others use too/),
    ]);
  });

  it.each([true, false])('also when another node made it (cached: %s)', async (cached) => {
    const list = node('xs', () => [3, 1, 2]);
    const p = new Pipeline({
      name: `made ${cached}`,
      nodes: [list, sorted.with({ cache: cached }), first],
      cache: new MemoryCache(),
    });
    const plain = await p.run({}, { cache: null });
    for (let round = 0; round < 3; round++) expect(await p.run({})).toEqual(plain);
  });

  it('also in items of a map, and in nested pipelines', async () => {
    const push = node('length', ({ seen, i }: { seen: number[]; i: number }) => seen.push(i));
    const run = (cache: Cache | null) =>
      new Pipeline({ name: 'shared', nodes: [push], cache }).map({ seen: [], i: [1, 2, 3] }, { over: 'i' });
    const plain = (await run(null)).column('length');
    const cache = new MemoryCache();
    for (let round = 0; round < 2; round++) expect((await run(cache)).column('length')).toEqual(plain);
    const p = new Pipeline({ name: 'outer', nodes: [new Pipeline({ name: 'inner', nodes: [sorted] }), first], cache });
    const nested = await p.run({ xs: [3, 1, 2] }, { cache: null });
    for (let round = 0; round < 2; round++) expect(await p.run({ xs: [3, 1, 2] })).toEqual(nested);
  });

  it('also when it sorts the list that a map has put together', async () => {
    const half = new Pipeline({ nodes: [node('half', ({ x }: { x: number }) => x / 2)] });
    const halves = half.asNode({ inputs: { list: 'x' }, outputs: { half: 'xs' }, mapOver: 'list' });
    const cache = new MemoryCache();
    const p = untyped([halves, sorted, first], { cache, name: 'of a map' });
    const plain = await p.run({ list: [6, 2, 4] }, { cache: null });
    for (let round = 0; round < 3; round++) expect(await p.run({ list: [6, 2, 4] })).toEqual(plain);
    const { nodes } = await untyped([halves, first], { cache }).plan({ list: [6, 2, 4], sorted: '1,2,3' });
    expect(nodes.at(-1)).toMatchObject({ state: 'run' });
  });

  it('is nothing to anybody when it is the only one that has it', async () => {
    const p = new Pipeline({ name: 'alone', nodes: [sorted], cache: new MemoryCache() });
    await p.run({ xs: [3, 1, 2] });
    expect((await p.plan({ xs: [3, 1, 2] })).nodes[0]).toMatchObject({ state: 'hit' });
    expect(warned).toEqual([]);
  });
});

describe('an edited method of a class', () => {
  const classes = (factor: number) =>
    new Function(`return class Doc { n = 1; words() { return this.n * ${factor} } }`)() as new () => {
      words(): number;
    };
  const count = node('count', ({ doc }: { doc: { words(): number } }) => doc.words());

  it('runs what calls it, though the function does not name the class', async () => {
    const cache = new MemoryCache();
    const given = (factor: number) => new Pipeline({ nodes: [count], cache }).run({ doc: new (classes(factor))() });
    expect(await given(2)).toEqual({ count: 2 });
    expect(await given(3)).toEqual({ count: 3 });
    const made = (factor: number) => {
      const Doc = classes(factor);
      return new Pipeline({ nodes: [node('doc', () => new Doc()), count], cache });
    };
    expect(await made(4).run({}, { outputs: ['count'] })).toEqual({ count: 4 });
    expect(await made(5).run({}, { outputs: ['count'] })).toEqual({ count: 5 });
    expect((await made(4).plan({})).nodes.map(({ state }) => state)).toEqual(['hit', 'hit']);
  });
});

describe('an instance among the inputs', () => {
  class Doc {
    readonly #text: string;
    readonly #known = new Map<string, number>();
    constructor(text: string) {
      this.#text = text;
    }
    count(word: string): number {
      const found = this.#known.get(word) ?? this.#text.split(word).length - 1;
      this.#known.set(word, found);
      return found;
    }
  }
  const count = node('count', ({ doc }: { doc: Doc }) => doc.count('a'));

  it('is what it was given, though nobody else sees it, and not what it remembers', async () => {
    const p = new Pipeline({ nodes: [count], cache: new MemoryCache() });
    expect(await p.run({ doc: new Doc('a') })).toEqual({ count: 1 });
    expect(await p.run({ doc: new Doc('a b a') })).toEqual({ count: 2 });
    const asked = new Doc('a');
    asked.count('b');
    expect((await p.plan({ doc: asked })).nodes[0]).toMatchObject({ state: 'hit' });
    expect(warned).toEqual([]);
  });

  it('may hold what holds it', async () => {
    class Tree {
      readonly #parent: Tree | undefined;
      readonly children: Tree[] = [];
      constructor(parent?: Tree) {
        this.#parent = parent;
        parent?.children.push(this);
      }
      depth(): number {
        return this.#parent === undefined ? 0 : this.#parent.depth() + 1;
      }
    }
    const depth = node('depth', ({ tree }: { tree: Tree }) => tree.depth());
    const p = new Pipeline({ nodes: [depth], cache: new MemoryCache() });
    const root = new Tree();
    expect(await p.run({ tree: root })).toEqual({ depth: 0 });
    expect(await p.run({ tree: new Tree(root) })).toEqual({ depth: 1 });
    expect(warned).toEqual([]);
  });

  it('runs uncached when its methods use what has no identity, which is told of once', async () => {
    const client = new EventEmitter();
    const made = { count: 0 };
    class Row {
      readonly id = 1;
      constructor() {
        made.count++;
      }
      listeners(): number {
        return client.listenerCount('row');
      }
    }
    const listeners = node('listeners', ({ rows }: { rows: { row: Row }[] }) => rows[0]?.row.listeners());
    const p = new Pipeline({ name: 'heard', nodes: [listeners], cache: new MemoryCache() });
    expect(await p.run({ rows: [{ row: new Row() }] })).toEqual({ listeners: 0 });
    client.on('row', () => {});
    expect(await p.run({ rows: [{ row: new Row() }] })).toEqual({ listeners: 1 });
    expect(warned).toEqual([
      expect.stringMatching(
        /^heard > listeners runs uncached: its input 'rows\[0\]\.row' is an instance of 'Row', which uses 'client', it is a EventEmitter .* Give its class a \[cacheKey\]\(\) method/,
      ),
    ]);
  });

  it('need not say what its constructor counts', async () => {
    const made = { count: 0 };
    class Row {
      readonly id: number;
      constructor(id: number) {
        made.count++;
        this.id = id;
      }
      twice(): number {
        return 2 * this.id;
      }
    }
    const twice = node('twice', ({ row }: { row: Row }) => row.twice());
    const p = new Pipeline({ nodes: [twice], cache: new MemoryCache() });
    expect(await p.run({ row: new Row(1) })).toEqual({ twice: 2 });
    expect(await p.run({ row: new Row(2) })).toEqual({ twice: 4 });
    expect((await p.plan({ row: new Row(1) })).nodes[0]).toMatchObject({ state: 'hit' });
    expect(warned).toEqual([]);
  });
});

describe('a cache of the user', () => {
  const a = node('a', ({ x }: { x: number }) => x * 2);
  const b = node('b', ({ a }: { a: number }) => a + 1);
  const fail = () => {
    throw new Error('broken');
  };
  const later = async () => fail();
  // biome-ignore lint/suspicious/noThenProperty: what a careless cache gives is the subject here
  const thenable = () => ({ then: (done: (value: undefined) => void) => done(undefined) });

  it.each<[string, Partial<Record<keyof Cache, (...args: never[]) => unknown>>]>([
    ['gives null', { head: () => null, get: () => null, recall: () => null }],
    ['gives headers without digests', { head: () => ({}), get: () => ({}), recall: () => '{}' }],
    ['gives headers with null', { head: () => ({ digests: null }), get: () => ({ header: { digests: null } }) }],
    [
      'gives other digests',
      { head: () => ({ digests: { value: 5 } }), get: () => ({ header: { digests: { value: 5 } } }) },
    ],
    ['gives text', { head: () => 'junk', get: () => 'junk', recall: () => 'junk' }],
    ['gives no bytes', { get: () => ({ header: { digests: { value: 'x' } }, value: 'junk' }) }],
    [
      'gives other bytes',
      { get: () => ({ header: { digests: { value: 'x' } }, value: Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]) }) },
    ],
    ['gives half a promise', { head: thenable, get: thenable, put: thenable, recall: thenable, record: thenable }],
    ['gives null for text', { recall: () => 'null' }],
    ['gives a number for code', { recall: () => '{"code":5}' }],
    ['throws', { head: fail, get: fail, put: fail, record: fail, recall: fail }],
    ['fails later', { head: later, get: later, put: later, record: later, recall: later }],
  ])('that %s costs no run its result', async (_, answers) => {
    for (const outputs of [undefined, ['b' as const]]) {
      const cache = answering(new MemoryCache(), answers);
      const p = new Pipeline({ nodes: [a, b], cache });
      for (let round = 0; round < 2; round++) {
        expect(await p.run({ x: 2 }, outputs ? { outputs } : {})).toMatchObject({ b: 5 });
        expect((await p.map({ x: [2, 2, 3] }, { over: 'x' })).column('b')).toEqual([5, 5, 7]);
      }
      expect((await p.explain({ x: 2 })).nodes).toHaveLength(2);
      expect((await p.plan({ x: 2 })).nodes).toHaveLength(2);
    }
  });
});

describe('waiting for an equal execution', () => {
  it('survives a cache that fails meanwhile', async () => {
    const real = new MemoryCache();
    let asked = 0;
    const ask = (key: string) => {
      if (++asked > 1) throw new Error('gone');
      return real.get(key);
    };
    const slow = node('slow', async ({ x }: { x: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return x;
    });
    const p = new Pipeline({ nodes: [slow], cache: answering(real, { get: ask, head: ask }) });
    expect((await p.map({ x: [1, 1, 1] }, { over: 'x' })).column('slow')).toEqual([1, 1, 1]);
  });

  it('leaves the permit to the one that is waited for', async () => {
    globalThis.tries = 0;
    const flaky = async ({ x }: { x: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (globalThis.tries++ === 0) throw new Error('once');
      return x;
    };
    const retries = { retries: { retries: 1, delay: 5 } };
    const nodes = ['a', 'b', 'c', 'd'].map((name) => node(name, flaky, retries));
    const p = untyped(nodes, { cache: new MemoryCache(), concurrency: 2 });
    expect(await p.run({ x: 1 }, { timeout: 5000 })).toEqual({ a: 1, b: 1, c: 1, d: 1 });
    expect(globalThis.tries).toBe(2);
  });
});

describe('a plan', () => {
  it('tells a changed version once, as what it is', async () => {
    const cache = new MemoryCache();
    const of = (version: string) =>
      new Pipeline({ name: 'p', nodes: [node('a', ({ x }: { x: number }) => x, { version })], cache });
    await of('1').run({ x: 1 });
    const { nodes } = await of('2').explain({ x: 1 });
    expect(nodes[0]!.changed).toEqual([{ part: 'version', name: 'version', before: '1', after: '2' }]);
  });

  it('knows what is to be computed anew', async () => {
    const p = new Pipeline({
      nodes: [node('a', ({ x }: { x: number }) => x), node('b', ({ a }: { a: number }) => a)],
      cache: new MemoryCache(),
    });
    await p.run({ x: 1 });
    const { nodes } = await p.plan({ x: 1 }, { recompute: ['a'] });
    // What follows from it runs whatever that gives.
    expect(nodes.map(({ state }) => state)).toEqual(['run', 'run']);
    await expect(p.plan({ x: 1 }, { recompute: 'a' as never })).rejects.toThrow(
      "recompute is the text 'a'; expected a list of node names. Write recompute: ['node'].",
    );
    await expect(p.plan({ x: 1 }, { recompute: ['nothing'] })).rejects.toThrow(/no node of this run/);
  });
});
