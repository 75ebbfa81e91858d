import { node, Pipeline, pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';
import { later } from '../timing.ts';

const clean = node('cleaned', ({ text }: { text: string }) => text.trim().toLowerCase());
const count = node('wordCount', ({ cleaned }: { cleaned: string }) => cleaned.split(/\s+/).length);
const perDoc = new Pipeline({ name: 'per_doc', nodes: [clean, count] });
const pairs = pipeline(
  node('pair', async ({ a, b, unit = 'x' }: { a: string; b: number; unit?: string }) => {
    await later(null, Math.random() * 3);
    return `${a}${b}${unit}`;
  }),
);

describe('a pipeline as a node', () => {
  it('bare, exposes everything under its own names', async () => {
    const outer = pipeline(
      perDoc,
      node('twice', ({ wordCount }: { wordCount: number }) => wordCount * 2),
    );
    expect(await outer.run({ text: ' A b ' })).toEqual({ cleaned: 'a b', wordCount: 2, twice: 4 });
  });

  it('renames inputs (outer: inner) and outputs (inner: outer)', async () => {
    const outer = pipeline.untyped([perDoc.asNode({ inputs: { document: 'text' }, outputs: { wordCount: 'n' } })]);
    expect(outer.inputs).toEqual([{ name: 'document', required: true }]);
    expect(outer.outputs).toEqual(['n']);
    expect(await outer.run({ document: 'a b c' })).toEqual({ n: 3 });
  });

  it('renames so that names swap', async () => {
    const swapped = pipeline(node('q', ({ a, b }: { a: number; b: number }) => a / b)).asNode({
      inputs: { b: 'a', a: 'b' },
    });
    expect(await pipeline(swapped).run({ a: 2, b: 6 })).toEqual({ q: 3 });
  });

  it('keeps inner names to itself', async () => {
    const inner = perDoc.asNode({ outputs: { wordCount: 'n' } });
    const cleaned = node('cleaned', () => 'outer');
    expect(await pipeline(inner, cleaned).run({ text: 'a b' })).toEqual({ n: 2, cleaned: 'outer' });
  });

  it('is used twice under different names', async () => {
    const twice = pipeline(
      perDoc.asNode({ inputs: { left: 'text' }, outputs: { wordCount: 'l' } }),
      perDoc.asNode({ inputs: { right: 'text' }, outputs: { wordCount: 'r' } }),
    );
    expect(await twice.run({ left: 'a', right: 'a b' })).toEqual({ l: 1, r: 2 });
  });

  it('computes only what it exposes', async () => {
    let ran = 0;
    const costly = node('costly', ({ text }: { text: string }) => [text, ++ran]);
    const inner = pipeline(clean, costly);
    expect(await pipeline(inner.asNode({ outputs: { cleaned: 'c' } })).run({ text: 'A' })).toEqual({ c: 'a' });
    expect(ran).toBe(0);
    await pipeline(inner).run({ text: 'A' }, { outputs: ['cleaned'] });
    expect(ran).toBe(1);
  });

  it('may feed one outer value to two inner inputs', async () => {
    const both = pairs.asNode({ inputs: { b: 'a' } });
    expect(await pipeline.untyped([both]).run({ b: 7 })).toEqual({ pair: '77x' });
    const mapped = pairs.asNode({ inputs: { b: 'a' }, mapOver: 'b' } as never);
    expect(await pipeline.untyped([mapped]).run({ b: [1, 2] })).toEqual({ pair: ['11x', '22x'] });
    const product = pairs.asNode({ inputs: { b: 'a' }, mapOver: ['b', 'unit'], mapMode: 'product' } as never);
    expect(await pipeline.untyped([product]).run({ b: [1, 2], unit: ['u', 'v'] })).toEqual({
      pair: ['11u', '11v', '22u', '22v'],
    });
  });

  it('is never changed by the outer one', async () => {
    const before = JSON.stringify(perDoc.describe());
    await new Pipeline({ name: 'all', nodes: [perDoc], concurrency: 1, callbacks: [{}] }).run({ text: 'a' });
    expect(JSON.stringify(perDoc.describe())).toBe(before);
    expect(perDoc.options).toEqual({});
  });
});

describe('a mapped pipeline', () => {
  it('maps one input and shares the others', async () => {
    const outer = pipeline(pairs.asNode({ inputs: { names: 'a' }, outputs: { pair: 'all' }, mapOver: 'names' }));
    expect(await outer.run({ names: ['p', 'q', 'r'], b: 1, unit: 'm' })).toEqual({ all: ['p1m', 'q1m', 'r1m'] });
    expect(await outer.run({ names: ['p'], b: 1 })).toEqual({ all: ['p1x'] });
  });

  it('pairs several by position', async () => {
    const outer = pipeline(pairs.asNode({ mapOver: ['a', 'b'] }));
    expect(await outer.run({ a: ['p', 'q'], b: [1, 2] })).toEqual({ pair: ['p1x', 'q2x'] });
  });

  it.each([
    [
      ['a', 'b'],
      ['p1x', 'p2x', 'p3x', 'q1x', 'q2x', 'q3x'],
    ],
    [
      ['b', 'a'],
      ['p1x', 'q1x', 'p2x', 'q2x', 'p3x', 'q3x'],
    ],
  ] as const)('combines several in the order of %j, the last fastest', async (mapOver, pair) => {
    const outer = pipeline(pairs.asNode({ mapOver, mapMode: 'product' }));
    expect(await outer.run({ a: ['p', 'q'], b: [1, 2, 3] })).toEqual({ pair });
  });

  it('of an empty list gives empty lists', async () => {
    const single = pipeline(perDoc.asNode({ mapOver: 'text' }));
    expect(await single.run({ text: [] })).toEqual({ cleaned: [], wordCount: [] });
    const product = pipeline(pairs.asNode({ mapOver: ['a', 'b'], mapMode: 'product' }));
    expect(await product.run({ a: ['p'], b: [] })).toEqual({ pair: [] });
    expect(single.runSync({ text: [] })).toEqual({ cleaned: [], wordCount: [] });
  });

  it.each([
    ['a set', new Set(['A', 'b c'])],
    [
      'a generator',
      (function* () {
        yield 'A';
        yield 'b c';
      })(),
    ],
  ])('takes %s', async (_what, text) => {
    expect(await pipeline(perDoc.asNode({ mapOver: 'text' })).run({ text } as never)).toEqual({
      cleaned: ['a', 'b c'],
      wordCount: [1, 2],
    });
  });

  it('takes a typed array', async () => {
    const square = pipeline(node('square', ({ x }: { x: number }) => x * x)).asNode({ mapOver: 'x' });
    expect(await pipeline(square).run({ x: Float64Array.of(1, 2, 3) } as never)).toEqual({ square: [1, 4, 9] });
  });

  it.each(['text', 5, null, undefined, {}, (async function* () {})()])('refuses %s', async (text) => {
    const error = await thrownBy(() =>
      new Pipeline({ name: 'all', nodes: [perDoc.asNode({ mapOver: 'text' })] }).run({ text } as never),
    );
    expect(error).toMatchObject({ code: 'INPUT_NOT_ITERABLE', path: 'text' });
    expect(error.message).toContain('all > per_doc');
  });

  it('refuses lists of different lengths, naming them', async () => {
    const error = await thrownBy(() => pipeline(pairs.asNode({ mapOver: ['a', 'b'] })).run({ a: ['p'], b: [1, 2] }));
    expect(error).toMatchObject({ code: 'INPUT_LENGTHS' });
    expect(error.message).toMatch(/'a' has 1, 'b' has 2/);
  });

  it('maps three deep', async () => {
    const inc = pipeline(node('y', async ({ x, by = 1 }: { x: number; by?: number }) => x + by));
    const rows = pipeline(inc.asNode({ inputs: { row: 'x' }, outputs: { y: 'newRow' }, mapOver: 'row' }));
    const planes = pipeline(
      rows.asNode({ inputs: { plane: 'row' }, outputs: { newRow: 'newPlane' }, mapOver: 'plane' }),
    );
    const cube = pipeline(
      planes.asNode({ inputs: { cube: 'plane' }, outputs: { newPlane: 'newCube' }, mapOver: 'cube' }),
    );
    const input = [[[1, 2], [3]], [], [[], [4, 5, 6]]];
    const expected = input.map((plane) => plane.map((row) => row.map((x) => x + 10)));
    for (const concurrency of [1, 2, 100]) {
      expect(await cube.run({ cube: input, by: 10 }, { concurrency })).toEqual({ newCube: expected });
    }
    expect(await cube.map({ cube: [input, input], by: 10 }, { over: 'cube' })).toEqual([
      { newCube: expected },
      { newCube: expected },
    ]);
  });

  it('that collects leaves holes in every list', async () => {
    const picky = node('picky', ({ text }: { text: string }) => {
      if (text === 'bad') throw new Error('bad');
      return text.length;
    });
    const inner = pipeline(clean, picky).asNode({ mapOver: 'text', onError: 'collect' });
    const outer = pipeline(
      inner,
      node('seen', ({ picky }: { picky: (number | undefined)[] }) => picky.length),
    );
    expect(await outer.run({ text: ['A', 'bad', 'BC'] })).toEqual({
      cleaned: ['a', undefined, 'bc'],
      picky: [1, undefined, 2],
      seen: 3,
    });
    expect(await pipeline(inner).run({ text: ['bad', 'bad'] })).toEqual({
      cleaned: [undefined, undefined],
      picky: [undefined, undefined],
    });
  });

  it('keeps the order of items, whatever the order in which they finish', async () => {
    const wait = pipeline(node('out', async ({ x }: { x: number }) => later(x, (10 - x) * 2)));
    const xs = Array.from({ length: 10 }, (_, i) => i);
    expect(await pipeline(wait.asNode({ mapOver: 'x' })).run({ x: xs })).toEqual({ out: xs });
  });
});
