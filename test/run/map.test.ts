import { deepStrictEqual } from 'node:assert/strict';
import { type Callback, MapResult, node, nodePath, Pipeline, pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';
import { later } from '../timing.ts';

const pair = node('pair', async ({ a, b, unit = 'x' }: { a: string; b: number; unit?: string }) => {
  await later(null, Math.random() * 3);
  return `${a}${b}${unit}`;
});
const length = node('length', ({ a }: { a: string }) => a.length);
const made = new Pipeline({ name: 'p', nodes: [pair, length] });
const picky = new Pipeline({
  name: 'picky',
  nodes: [
    node('root', ({ x }: { x: number }) => {
      if (x < 0) throw new RangeError(`negative: ${x}`);
      return Math.sqrt(x);
    }),
    node('text', async ({ root }: { root: number }) => String(root)),
  ],
});

describe('map', () => {
  it('runs every item, in order, with shared inputs', async () => {
    const rs = await made.map({ a: ['p', 'qq'], b: 1 }, { over: 'a' });
    expect(rs).toEqual([
      { pair: 'p1x', length: 1 },
      { pair: 'qq1x', length: 2 },
    ]);
    expect(await made.map({ a: ['p'], b: 1 }, { over: ['a'], outputs: ['length'] })).toEqual([{ length: 1 }]);
  });

  it('pairs lists by position', async () => {
    const rs = await made.map({ a: ['p', 'q'], b: [1, 2] }, { over: ['a', 'b'], outputs: ['pair'] });
    expect(rs.column('pair')).toEqual(['p1x', 'q2x']);
  });

  it.each([
    [
      ['a', 'b'],
      ['p1x', 'p2x', 'q1x', 'q2x'],
    ],
    [
      ['b', 'a'],
      ['p1x', 'q1x', 'p2x', 'q2x'],
    ],
  ] as const)('combines lists in the order of %j, the last fastest', async (over, expected) => {
    const rs = await made.map({ a: ['p', 'q'], b: [1, 2] }, { over, mode: 'product', outputs: ['pair'] });
    expect(rs.column('pair')).toEqual(expected);
  });

  it('combines three lists', async () => {
    const rs = await made.map(
      { a: ['p', 'q'], b: [1, 2], unit: ['u', 'v'] },
      { over: ['a', 'b', 'unit'], mode: 'product', outputs: ['pair'] },
    );
    expect(rs.column('pair')).toEqual(['p1u', 'p1v', 'p2u', 'p2v', 'q1u', 'q1v', 'q2u', 'q2v']);
  });

  it('of nothing gives nothing', async () => {
    const rs = await made.map({ a: [], b: 1 }, { over: 'a' });
    expect(rs).toEqual([]);
    expect(rs.stats).toMatchObject({ items: 0, executed: 0, cached: 0, failed: 0 });
    expect(rs.failures).toEqual([]);
  });

  it('takes any iterable, typed array, and bound lists', async () => {
    const only = made.select('length');
    expect((await only.map({ a: new Set(['x', 'yy']) } as never, { over: 'a' })).column('length')).toEqual([1, 2]);
    const numbers = pipeline(node('n', ({ x }: { x: number }) => x + 1));
    expect((await numbers.map({ x: Uint8Array.of(1, 255) } as never, { over: 'x' })).column('n')).toEqual([2, 256]);
    expect((await numbers.bind({ x: [1, 2] as never }).map({} as never, { over: 'x' })).column('n')).toEqual([2, 3]);
  });

  it('gives sparse and undefined items to the nodes as they are', async () => {
    const show = pipeline(node('s', ({ x }: { x: unknown }) => String(x)));
    const sparse = [1, undefined, null];
    delete sparse[0];
    expect((await show.map({ x: sparse }, { over: 'x' })).column('s')).toEqual(['undefined', 'undefined', 'null']);
  });
});

describe('what cannot be mapped', () => {
  it.each([
    ['a string', 'text', 'INPUT_NOT_ITERABLE'],
    ['a number', 5, 'INPUT_NOT_ITERABLE'],
    ['null', null, 'INPUT_NOT_ITERABLE'],
    ['an object', {}, 'INPUT_NOT_ITERABLE'],
    ['an async iterable', (async function* () {})(), 'INPUT_NOT_ITERABLE'],
    ['a promise', Promise.resolve([1]), 'INPUT_NOT_ITERABLE'],
  ])('%s is refused with the name', async (_what, a, code) => {
    const error = await thrownBy(() => made.map({ a, b: 1 } as never, { over: 'a' }));
    expect(error).toMatchObject({ code, path: 'a' });
    expect(error.message).toContain("'a'");
    expect(error.message).toContain('expected a list');
  });

  it('a list that is missing', async () => {
    expect(await thrownBy(() => made.map({ b: 1 } as never, { over: 'a' }))).toMatchObject({ code: 'INPUT_MISSING' });
    expect(await thrownBy(() => made.map({ a: ['a'] } as never, { over: 'a' }))).toMatchObject({ path: 'b' });
    expect(await thrownBy(() => made.map({ a: 'a', b: 1 } as never, { over: 'unit' }))).toMatchObject({
      code: 'INPUT_NOT_ITERABLE',
    });
  });

  it('an unknown name, with the likely one', async () => {
    const error = await thrownBy(() => made.map({ a: ['a'], b: 1 } as never, { over: 'unti' as never }));
    expect(error).toMatchObject({ code: 'GRAPH_UNKNOWN_NAME' });
    expect(error.message).toContain("Did you mean 'unit'?");
    expect(await thrownBy(() => made.map({ a: ['a'], b: 1 } as never, { over: 'pair' as never }))).toMatchObject({
      code: 'GRAPH_UNKNOWN_NAME',
    });
  });

  it.each([[{}], [{ over: [] }], [{ over: undefined }], [undefined]])('no name at all: %j', async (options) => {
    expect(await thrownBy(() => made.map({ a: ['a'], b: 1 } as never, options as never))).toMatchObject({
      code: 'GRAPH_UNKNOWN_NAME',
      message: expect.stringContaining("'over'"),
    });
  });

  it('lists of different lengths, naming each', async () => {
    const error = await thrownBy(() => made.map({ a: ['p'], b: [1, 2, 3] }, { over: ['a', 'b'] }));
    expect(error).toMatchObject({ code: 'INPUT_LENGTHS' });
    expect(error.message).toMatch(/'a' has 1, 'b' has 3.*product/);
  });

  it('an unknown mode or way to treat errors', async () => {
    expect(await thrownBy(() => made.map({ a: ['p'], b: 1 }, { over: 'a', mode: 'zipp' as never }))).toMatchObject({
      message: expect.stringContaining("Did you mean 'zip'?"),
    });
    for (const attempt of [
      () => made.map({ a: ['p'], b: 1 }, { over: 'a', onError: 'colect' as never }),
      () => made.run({ a: 'p', b: 1 }, { onError: 'colect' as never }),
      () => made.runSync({ a: 'p', b: 1 }, { onError: 'colect' as never }),
    ]) {
      expect(await thrownBy(attempt)).toMatchObject({ message: expect.stringContaining("Did you mean 'collect'?") });
    }
  });
});

describe('a map with failing items', () => {
  it('throws the error of the item', async () => {
    const error = await thrownBy(() => picky.map({ x: [1, -1, 4] }, { over: 'x' }));
    expect(error).toBeInstanceOf(RangeError);
    expect(nodePath(error)).toBe('picky[1] > root');
  });

  it('or leaves holes and lists the failures in order', async () => {
    const rs = await picky.map({ x: [-3, 1, -1, 4] }, { over: 'x', onError: 'collect' });
    expect([...rs]).toEqual([undefined, { root: 1, text: '1' }, undefined, { root: 2, text: '2' }]);
    expect(rs).toHaveLength(4);
    expect(rs.failures).toEqual([
      { index: 0, error: new RangeError('negative: -3'), path: 'picky[0] > root' },
      { index: 2, error: new RangeError('negative: -1'), path: 'picky[2] > root' },
    ]);
    expect(rs.stats).toMatchObject({ items: 4, failed: 2, cached: 0 });
  });

  it('lists failures by item, not by time', async () => {
    const slow = pipeline(
      node('n', async ({ x }: { x: number }) => {
        await later(null, (5 - x) * 3);
        throw new Error(String(x));
      }),
    );
    const rs = await slow.map({ x: [0, 1, 2, 3, 4] }, { over: 'x', onError: 'collect' });
    expect(rs.failures.map((failure) => failure.index)).toEqual([0, 1, 2, 3, 4]);
  });

  it('starts no further items after an error', async () => {
    let started = 0;
    const counting = pipeline(
      node('n', async ({ x }: { x: number }) => {
        started++;
        await later(null);
        if (x === 0) throw new Error('first');
      }),
    );
    await thrownBy(() => counting.map({ x: Array.from({ length: 50 }, (_, i) => i) }, { over: 'x', concurrency: 2 }));
    await later(null, 5);
    expect(started).toBeLessThan(6);
  });
});

describe('a map result', () => {
  it('is a read-only view for people: an array that knows more', async () => {
    const rs = await picky.map({ x: [1, 4] }, { over: 'x' });
    expect(Array.isArray(rs)).toBe(true);
    expect(rs).toBeInstanceOf(MapResult);
    expect([1]).not.toBeInstanceOf(MapResult);
    expect(rs.length).toBe(2);
    expect(rs[1]).toEqual({ root: 2, text: '2' });
    expect(rs.map(({ root }) => root)).toEqual([1, 2]);
    expect(rs.filter(({ root }) => root > 1)).toHaveLength(1);
    expect(JSON.stringify(rs)).toBe('[{"root":1,"text":"1"},{"root":2,"text":"2"}]');
    expect(Object.keys(rs)).toEqual(['0', '1']);
  });

  it('gives columns, with a fallback for holes', async () => {
    const rs = await picky.map({ x: [1, -1, 4] }, { over: 'x', onError: 'collect' });
    expect(rs.column('root')).toEqual([1, undefined, 2]);
    expect(rs.column('root', 0)).toEqual([1, 0, 2]);
    expect(rs.column('text', null)).toEqual(['1', null, '2']);
  });

  it('counts what it did', async () => {
    const nested = pipeline(picky.asNode({ inputs: { xs: 'x' }, mapOver: 'xs' }));
    const rs = await nested.map({ xs: [[1, 4], [9], []] }, { over: 'xs' });
    expect(rs.stats).toMatchObject({ items: 3, executed: 6, cached: 0, failed: 0 });
    expect(rs.stats.duration).toBeGreaterThanOrEqual(0);
  });
});

describe('overridden nodes', () => {
  const clean = node('cleaned', ({ text }: { text: string }) => text.trim());
  const count = node('n', ({ cleaned }: { cleaned: string }) => cleaned.split(' ').length);
  const words = pipeline(clean, count);

  it('may be mapped over, or shared by all items', async () => {
    const own = await words.map({ cleaned: ['a b', 'c'] }, { over: 'cleaned', override: ['cleaned'] });
    expect(own.column('n')).toEqual([2, 1]);
    const same = await words.map({ text: ['x', 'y'], cleaned: 'a b c' }, { over: 'text', override: ['cleaned'] });
    expect(same.column('n')).toEqual([3, 3]);
  });

  it('may be streamed', async () => {
    const found: unknown[] = [];
    const items = words.stream({ cleaned: ['a b'] }, { over: 'cleaned', override: ['cleaned'], outputs: ['n'] });
    for await (const item of items) found.push(item);
    expect(found).toEqual([{ index: 0, value: { n: 2 } }]);
  });
});

it('of synchronous items that take long lets everything else have a turn', async () => {
  let turns = 0;
  const others = setInterval(() => turns++, 1);
  const busy = node('y', ({ x }: { x: number }) => {
    const until = performance.now() + 40;
    while (performance.now() < until);
    return x;
  });
  await pipeline(busy).map({ x: [1, 2, 3, 4, 5, 6] }, { over: 'x' });
  clearInterval(others);
  expect(turns).toBeGreaterThanOrEqual(4);
});

it('is equal to a plain array under strict assertions', async () => {
  deepStrictEqual(await picky.map({ x: [4] }, { over: 'x', outputs: ['root'] }), [{ root: 2 }]);
});

it('hears what a batch function tells', async () => {
  const told: unknown[] = [];
  const callback: Callback = {
    onNodeLog: ({ path, message }) => told.push([path, message]),
    onNodeProgress: ({ node, done, total }) => told.push([node, done, total]),
  };
  const doubled = node('y', ({ x }: { x: number }) => x, {
    batch: ({ x }, { log, progress }) => {
      log('all at once');
      progress(x.length, 2);
      return x;
    },
  });
  await new Pipeline({ name: 'p', nodes: [doubled], callbacks: [callback] }).map({ x: [1, 2] }, { over: 'x' });
  expect(told).toEqual([
    ['p > y', 'all at once'],
    ['y', 2, 2],
  ]);
});
