import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';
import { localApp } from './local-app.ts';

const { app } = localApp('maps', { maxContainers: 2 });
const square = app.function({ name: 'square' }, (x: number) => x * x);
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

async function listed<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

describe('map', () => {
  it('law: gives what a loop gives, in its order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -1000, max: 1000 }), { maxLength: 200 }), async (items) => {
        expect(await listed(square.map(items))).toEqual(items.map((x) => x * x));
        const unordered = await listed(square.map(items, { ordered: false }));
        expect(unordered.sort()).toEqual(items.map((x) => x * x).sort());
      }),
      { numRuns: 15 },
    );
  });

  it('uses several containers', async () => {
    const where = app.function({ name: 'where' }, async (_: number) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return process.pid;
    });
    // One of them may be there long before the other.
    await expect.poll(async () => new Set(await listed(where.map(range(40)))).size).toBe(2);
  });

  it('ends at the first error, or gives errors in the place of results', async () => {
    const odd = app.function({ name: 'odd' }, (x: number) => {
      if (x % 2 === 0) throw new RangeError(`${x} is even`);
      return x;
    });
    expect(await thrownBy(() => listed(odd.map([1, 2, 3])))).toMatchObject({ message: '2 is even' });
    const collected = odd.map([1, 2, 3], { onError: 'collect' });
    expectTypeOf(collected).toEqualTypeOf<AsyncGenerator<number | Error, void, undefined>>();
    expect(await listed(collected)).toEqual([1, expect.objectContaining({ message: '2 is even' }), 3]);
  });

  it('takes no more of an endless source than it needs, and ends it', async () => {
    let taken = 0;
    let isEnded = false;
    function* endless() {
      try {
        for (;;) yield taken++;
      } finally {
        isEnded = true;
      }
    }
    const results: number[] = [];
    for await (const result of square.map(endless(), { concurrency: 10 })) {
      results.push(result);
      if (results.length === 20) break;
    }
    expect(results).toEqual(range(20).map((x) => x * x));
    expect(isEnded).toBe(true);
    expect(taken).toBeLessThanOrEqual(31);
  });

  it('takes items as they come', async () => {
    async function* source() {
      for (const x of [1, 2, 3]) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield x;
      }
    }
    expect(await listed(square.map(source()))).toEqual([1, 4, 9]);
    expect(await listed(square.map([]))).toEqual([]);
  });

  it('gives results while it waits for the next item', async () => {
    const seen: number[] = [];
    let goOn!: () => void;
    async function* source() {
      yield 1;
      // Comes only after the first result was taken.
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      yield 2;
    }
    for await (const result of square.map(source())) {
      seen.push(result);
      goOn();
    }
    expect(seen).toEqual([1, 4]);
  });

  it('may be left while its source waits', async () => {
    async function* source() {
      yield 1;
      await new Promise(() => undefined);
    }
    for await (const result of square.map(source())) {
      expect(result).toBe(1);
      break;
    }
  });

  it('passes on what its source throws, after the results before it', async () => {
    function* source() {
      yield 1;
      yield 2;
      throw new RangeError('no more');
    }
    const seen: number[] = [];
    const error = await thrownBy(async () => {
      for await (const result of square.map(source())) seen.push(result);
    });
    expect(error).toMatchObject({ message: 'no more' });
    expect(seen).toEqual([1, 4]);
  });

  it.each([
    ['INPUT_INVALID', 'concurrency', () => square.map([1], { concurrency: 0 })],
    ['INPUT_INVALID', 'concurrency', () => square.map([1], { concurrency: Number.NaN })],
    ['INPUT_INVALID', 'onError', () => square.map([1], { onError: 'collcet' as never })],
    ['INPUT_NOT_ITERABLE', 'items', () => square.map(3 as never)],
    ['INPUT_NOT_ITERABLE', 'items', () => square.starmap(null as never)],
  ])('refuses at once what means nothing: %s %s', async (code, path, call) => {
    expect(await thrownBy(call)).toMatchObject({ code, path, message: expect.stringContaining('square') });
  });

  it('goes on with the code that it began with, when that changes meanwhile', async () => {
    let offset = 0;
    const shifted = app.function({ name: 'shifted' }, (x: number) => x + offset);
    const results: number[] = [];
    for await (const result of shifted.map(range(30), { concurrency: 2 })) {
      results.push(result);
      offset = 100;
      if (results.length === 3) expect(await shifted.remote(1)).toBe(101);
    }
    expect(results).toEqual(range(30));
  });

  it('cancels what nobody waits for any more', async () => {
    const slow = app.function({ name: 'slow', maxContainers: 1 }, async (x: number) => {
      if (x > 0) await new Promise((resolve) => setTimeout(resolve, 60_000));
      return x;
    });
    for await (const result of slow.map(range(1000))) {
      expect(result).toBe(0);
      break;
    }
    expect(await slow.remote(0)).toBe(0);
  });
});

describe('starmap and forEach', () => {
  it('pass several arguments, or drop the results', async () => {
    const add = app.function({ name: 'add' }, (a: number, b: number) => a + b);
    expect(
      await listed(
        add.starmap([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toEqual([3, 7]);
    const fail = app.function({ name: 'fail' }, (x: number) => {
      if (x === 3) throw new RangeError('three');
    });
    await fail.forEach([1, 2]);
    await fail.forEach([1, 2, 3], { onError: 'collect' });
    expect(await thrownBy(() => fail.forEach([1, 2, 3]))).toMatchObject({ message: 'three' });
  });
});
