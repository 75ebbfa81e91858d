import { node, nodePath, Pipeline, pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';
import { gate, later, never, tracker } from '../timing.ts';

const square = new Pipeline({
  name: 'p',
  nodes: [
    node('square', ({ x }: { x: number }) => {
      if (x < 0) throw new RangeError(`negative: ${x}`);
      return x * x;
    }),
  ],
});
const slowSquare = (ms: (x: number) => number) =>
  pipeline(node('square', async ({ x }: { x: number }) => later(x * x, ms(x))));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A source that counts what was taken from it and whether it was closed. */
function source(count: number, how: 'sync' | 'async') {
  const state = { taken: 0, closed: 0 };
  const sync = function* () {
    try {
      for (let x = 0; x < count; x++) {
        state.taken++;
        yield x;
      }
    } finally {
      state.closed++;
    }
  };
  const asynchronous = async function* () {
    try {
      for (let x = 0; x < count; x++) {
        state.taken++;
        yield x;
      }
    } finally {
      await later(null);
      state.closed++;
    }
  };
  return { state, items: how === 'sync' ? sync() : asynchronous() };
}

describe.each(['sync', 'async'] as const)('a stream from a %s source', (how) => {
  it('yields every item with its index', async () => {
    const { items, state } = source(5, how);
    expect(await collect(square.stream({ x: items }, { over: 'x' }))).toEqual(
      [0, 1, 4, 9, 16].map((value, index) => ({ index, value: { square: value } })),
    );
    expect(state).toEqual({ taken: 5, closed: 1 });
  });

  it('of nothing yields nothing', async () => {
    expect(await collect(square.stream({ x: source(0, how).items }, { over: 'x' }))).toEqual([]);
  });

  it('is never further ahead of the consumer than twice the concurrency', async () => {
    for (const ms of [0, 1]) {
      const { items, state } = source(60, how);
      const busy = tracker();
      const made = pipeline(node('y', ({ x }: { x: number }) => (ms === 0 ? x : busy.during(() => later(x, ms)))));
      let seen = 0;
      for await (const item of made.stream({ x: items }, { over: 'x', concurrency: 3 })) {
        expect(item.index).toBe(seen++);
        expect(state.taken - seen).toBeLessThanOrEqual(6);
        if (seen % 10 === 0) await later(null, 5);
        expect(state.taken - seen).toBeLessThanOrEqual(6);
      }
      expect(seen).toBe(60);
      expect(busy.most).toBeLessThanOrEqual(3);
    }
  });

  it('takes nothing before somebody asks, and closes the source when the consumer leaves', async () => {
    const { items, state } = source(1000, how);
    const stream = square.stream({ x: items }, { over: 'x', concurrency: 2 });
    await later(null);
    expect(state.taken).toBe(0);
    for await (const item of stream) if (item.index === 3) break;
    await later(null, 5);
    expect(state.closed).toBe(1);
    expect(state.taken).toBeLessThan(12);
  });

  it('closes the source when the consumer throws', async () => {
    const { items, state } = source(1000, how);
    const leave = async () => {
      for await (const item of square.stream({ x: items }, { over: 'x' }))
        if (item.index === 1) throw new Error('enough');
    };
    expect(await thrownBy(leave)).toMatchObject({ message: 'enough' });
    await later(null, 5);
    expect(state.closed).toBe(1);
  });

  it('passes on what the source throws, after closing the others', async () => {
    const broken = {
      [how === 'sync' ? Symbol.iterator : Symbol.asyncIterator]: () => {
        let count = 0;
        return {
          next: () => {
            if (++count > 2) throw new Error('source broke');
            const result = { done: false, value: count };
            return how === 'sync' ? result : Promise.resolve(result);
          },
        };
      },
    } as unknown as Iterable<number>;
    const { items, state } = source(100, how);
    const sum = pipeline(node('sum', ({ x, y }: { x: number; y: number }) => x + y));
    expect(await thrownBy(() => collect(sum.stream({ x: broken, y: items }, { over: ['x', 'y'] })))).toMatchObject({
      message: 'source broke',
    });
    await later(null, 5);
    expect(state.closed).toBe(1);
  });

  it('gives the results of what the source had given before it broke', async () => {
    const breaking = async function* () {
      yield* source(3, how).items;
      throw new Error('source broke');
    };
    const seen: number[] = [];
    const run = async () => {
      for await (const { index } of slowSquare(() => 2).stream({ x: breaking() }, { over: 'x' })) seen.push(index);
    };
    expect(await thrownBy(run)).toMatchObject({ message: 'source broke' });
    expect(seen).toEqual([0, 1, 2]);
  });

  it('pairs several sources, refuses different lengths and closes the longer one', async () => {
    const sum = pipeline(node('sum', ({ x, y }: { x: number; y: number }) => x + y));
    const over = ['x', 'y'] as const;
    expect(await collect(sum.stream({ x: source(3, how).items, y: [10, 20, 30] }, { over }))).toMatchObject([
      { value: { sum: 10 } },
      { value: { sum: 21 } },
      { value: { sum: 32 } },
    ]);
    const longer = source(9, how);
    const error = await thrownBy(() => collect(sum.stream({ x: [1, 2], y: longer.items }, { over })));
    expect(error).toMatchObject({ code: 'INPUT_LENGTHS' });
    await later(null, 5);
    expect(longer.state.closed).toBe(1);
  });
});

describe('a stream', () => {
  it('gives errors as items', async () => {
    const items = await collect(square.stream({ x: [1, -2, 3] }, { over: 'x' }));
    expect(items).toEqual([
      { index: 0, value: { square: 1 } },
      { index: 1, error: new RangeError('negative: -2') },
      { index: 2, value: { square: 9 } },
    ]);
    expect(nodePath(items[1]?.error)).toBe('p[1] > square');
  });

  it('keeps the order of the items, or not, as asked', async () => {
    const made = slowSquare((x) => (x === 0 ? 25 : 1));
    const xs = [0, 1, 2, 3];
    const indices = async (ordered?: boolean) =>
      (await collect(made.stream({ x: xs }, { over: 'x', ...(ordered !== undefined && { ordered }) }))).map(
        (i) => i.index,
      );
    expect(await indices()).toEqual([0, 1, 2, 3]);
    expect(await indices(true)).toEqual([0, 1, 2, 3]);
    const unordered = await indices(false);
    expect(unordered.toSorted()).toEqual([0, 1, 2, 3]);
    expect(unordered.at(-1)).toBe(0);
  });

  it('is bounded also when the first item is slow and the rest wait for it', async () => {
    const { items, state } = source(1000, 'sync');
    const first = gate();
    const made = pipeline(
      node('y', async ({ x }: { x: number }) => {
        if (x === 0) await first.passed;
        return x;
      }),
    );
    const stream = made.stream({ x: items }, { over: 'x', concurrency: 4 });
    const next = stream.next();
    await later(null, 10);
    expect(state.taken).toBeLessThanOrEqual(8);
    first.open();
    expect((await next).value).toEqual({ index: 0, value: { y: 0 } });
    await stream.return();
  });

  it('shares the other inputs and computes only what is asked for', async () => {
    let extra = 0;
    const made = pipeline(
      node('sum', ({ x, by }: { x: number; by: number }) => x + by),
      node('extra', () => ++extra),
    );
    expect(await collect(made.stream({ x: [1, 2], by: 10 }, { over: 'x', outputs: ['sum'] }))).toEqual([
      { index: 0, value: { sum: 11 } },
      { index: 1, value: { sum: 12 } },
    ]);
    expect(extra).toBe(0);
  });

  it('runs through an endless source', async () => {
    const endless = function* () {
      for (let x = 0; ; x++) yield x;
    };
    let last = 0;
    for await (const item of square.stream({ x: endless() }, { over: 'x' })) {
      last = item.index;
      if (last === 5000) break;
    }
    expect(last).toBe(5000);
  });

  it.each([
    ['a string', 'abc', 'INPUT_NOT_ITERABLE'],
    ['a number', 5, 'INPUT_NOT_ITERABLE'],
    ['nothing', undefined, 'INPUT_MISSING'],
    ['null', null, 'INPUT_NOT_ITERABLE'],
  ])('refuses %s', async (_what, x, code) => {
    const inputs = x === undefined ? {} : { x };
    expect(await thrownBy(() => square.stream(inputs as never, { over: 'x' }).next())).toMatchObject({ code });
  });

  it('refuses an unknown name', async () => {
    expect(await thrownBy(() => square.stream({ x: [1] } as never, { over: 'y' as never }).next())).toMatchObject({
      code: 'GRAPH_UNKNOWN_NAME',
    });
  });

  it('stops what is in progress when the consumer leaves', async () => {
    const reasons: unknown[] = [];
    const made = pipeline(
      node('y', async ({ x }: { x: number }, { signal }) => {
        if (x === 0) return 0;
        return never(signal).catch((reason) => {
          reasons.push(reason);
          throw reason;
        });
      }),
    );
    for await (const _ of made.stream({ x: [0, 1, 2] }, { over: 'x' })) break;
    await later(null);
    expect(reasons).toHaveLength(2);
    expect(reasons[0]).toMatchObject({ code: 'ABORTED' });
  });
});

describe('a consumer that leaves', () => {
  it('does not wait for a source that never answers, and nothing starts after it left', async () => {
    const started: number[] = [];
    const next = gate();
    const slow = async function* () {
      yield 0;
      await next.passed;
      yield 1;
    };
    const made = pipeline(node('y', ({ x }: { x: number }) => started.push(x)));
    for await (const _ of made.stream({ x: slow() }, { over: 'x' })) break;
    next.open();
    await later(null, 5);
    expect(started).toEqual([0]);
  });
});

describe('an aborted stream', () => {
  it('throws at once, also while a node or a slow consumer holds it', async () => {
    const controller = new AbortController();
    const made = pipeline(node('y', ({ x }: { x: number }) => (x < 2 ? x : never())));
    const stream = made.stream({ x: [0, 1, 2, 3] }, { over: 'x', signal: controller.signal });
    expect((await stream.next()).value).toMatchObject({ index: 0 });
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 2);
    expect((await stream.next()).value).toMatchObject({ index: 1 });
    expect(await thrownBy(() => stream.next())).toMatchObject({ code: 'ABORTED', cause: reason });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('does not wait for a source that never answers', async () => {
    const silent = async function* (): AsyncGenerator<number> {
      yield 0;
      await never();
    };
    const signal = AbortSignal.timeout(5);
    const seen: number[] = [];
    const run = async () => {
      for await (const { index } of square.stream({ x: silent() }, { over: 'x', signal })) seen.push(index);
    };
    expect(await thrownBy(run)).toMatchObject({ code: 'ABORTED' });
    expect(seen).toEqual([0]);
  });

  it('is one that takes too long, too', async () => {
    const made = pipeline(node('y', ({ x }: { x: number }) => never() as never as typeof x));
    expect(await thrownBy(() => collect(made.stream({ x: [1] }, { over: 'x', timeout: 5 })))).toMatchObject({
      code: 'TIMEOUT',
    });
  });

  it('never starts when the signal was aborted before', async () => {
    const { items, state } = source(3, 'sync');
    const signal = AbortSignal.abort('no');
    expect(await thrownBy(() => square.stream({ x: items }, { over: 'x', signal }).next())).toMatchObject({
      code: 'ABORTED',
      cause: 'no',
    });
    expect(state.taken).toBe(0);
  });
});
