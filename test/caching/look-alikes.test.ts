import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node, Pipeline } from 'hypernodes';
import { type Cache, DiskCache, MemoryCache } from 'hypernodes/cache';
import { describe, expect, it } from 'vitest';

/**
 * The rows of the staleness matrix that speak of values: pairs which one or another of five systems takes for the same,
 * and pairs which one or another of them takes for different although they are the same.
 */
class Price {
  readonly amount: unknown;
  constructor(amount: unknown) {
    this.amount = amount;
  }
}

const different: Record<string, readonly [unknown, unknown]> = {
  'a number and its text': [1, '1'],
  'a number and a truth value': [1, true],
  'a number and a bigint': [1, 1n],
  'zero and minus zero': [0, -0],
  'nothing and nothing given': [null, undefined],
  'a list and a set': [[1, 2], new Set([1, 2])],
  'a list and a list-like record': [[1, 2], { 0: 1, 1: 2 }],
  'a list and a typed array': [[0, 0], new Float64Array(2)],
  'arrays of one length and another type': [new Float32Array(2), new Int32Array(2)],
  'a table of 2 × 3 and one of 3 × 2': [
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ],
  'a renamed column': [{ a: [1, 2] }, { b: [1, 2] }],
  'another index of the same rows': [
    new Map([
      [0, 'x'],
      [1, 'y'],
    ]),
    new Map([
      [0, 'x'],
      [2, 'y'],
    ]),
  ],
  'numbers and texts as keys': [new Map([[1, 'x']]), new Map([['1', 'x']])],
  'instances in a list': [[new Price(1)], [new Price(2)]],
  'instances of what an instance holds': [new Price(new Price(1)), new Price(new Price(2))],
  'functions in a list': [[(x: number) => x + 1], [(x: number) => x + 2]],
  'functions that close over other values': [...[1, 2].map((n) => (x: number) => x + n)] as unknown as [
    unknown,
    unknown,
  ],
  'an invalid date and the first one': [new Date(Number.NaN), new Date(0)],
  'errors with another cause': [new Error('a', { cause: 1 }), new Error('a', { cause: 2 })],
  'a hole and undefined': [new Array(1), [undefined]],
};

const same: Record<string, readonly [unknown, unknown]> = {
  'records with their keys in another order': [
    { a: 1, b: { c: 2, d: 3 } },
    { b: { d: 3, c: 2 }, a: 1 },
  ],
  'equal texts that are not one text': ['abcabc', ['abc', 'abc'].join('')],
  'a shared part and two equal parts': [((part) => [part, part])({ x: 1 }), [{ x: 1 }, { x: 1 }]],
  'a map with keys of several kinds': [
    new Map<unknown, unknown>([
      [1, 'a'],
      ['1', 'b'],
      [null, 'c'],
    ]),
    new Map<unknown, unknown>([
      [1, 'a'],
      ['1', 'b'],
      [null, 'c'],
    ]),
  ],
  'a set of records': [new Set([{ a: 1 }]), new Set([{ a: 1 }])],
  'every kind of not a number': [Number.NaN, new Float64Array(new Uint8Array(8).fill(0xff).buffer)[0]],
  'instances that were made alike': [new Price([1]), new Price([1])],
};

const caches: readonly [string, () => Cache][] = [
  ['memory', () => new MemoryCache()],
  ['a disk', () => new DiskCache(mkdtempSync(join(tmpdir(), 'hypernodes-')))],
];

describe.each(caches)('a value that was seen before, kept in %s', (_, makeCache) => {
  const kept = node('kept', ({ value }: { value: unknown }) => typeof value);
  const executed = async (values: readonly [unknown, unknown]): Promise<number> => {
    const pipeline = new Pipeline({ nodes: [kept], cache: makeCache() });
    const { stats } = await pipeline.map({ value: values }, { over: 'value', concurrency: 1 });
    return stats.executed;
  };

  it.each(Object.entries(different))('is not found for another one: %s', async (_, values) => {
    expect(await executed(values)).toBe(2);
  });

  it.each(Object.entries(same))('is found again: %s', async (_, values) => {
    expect(await executed(values)).toBe(1);
  });
});

it('collections of any kind are found again in another process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hypernodes-'));
  const program = (values: string) => `
    import { node, Pipeline } from 'hypernodes';
    import { DiskCache } from 'hypernodes/cache';
    const size = node('size', ({ value }) => [...value].length);
    const pipeline = new Pipeline({ nodes: [size], cache: new DiskCache(process.argv[1]) });
    const { stats } = await pipeline.map({ value: [${values}] }, { over: 'value' });
    process.stdout.write(String(stats.executed));`;
  const run = (values: string): string =>
    execFileSync(process.execPath, ['--input-type=module', '-e', program(values), folder], { encoding: 'utf8' });
  const nested = "[{ tags: new Set(['x', 'y']) }]";
  expect(run(`new Set(['a', 'b']), ${nested}, new Map([[1, { a: 1, b: 2 }], ['1', null]])`)).toBe('3');
  expect(run(`new Set(['a', 'b']), ${nested}, new Map([[1, { b: 2, a: 1 }], ['1', null]])`)).toBe('0');
});
