import { node, Pipeline, pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { thrownAtOnce, thrownBy } from '../thrown-by.ts';
import { later, tracker } from '../timing.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Three levels of nested maps whose leaves are all tracked. */
function threeLevels(limits: { inner?: number; middle?: number; outer?: number } = {}) {
  const busy = tracker();
  const leaf = node('y', ({ x }: { x: number }) => busy.during(() => later(x + 1)));
  const inner = new Pipeline({ name: 'inner', nodes: [leaf], concurrency: limits.inner });
  const before = node('ready', ({ xs }: { xs: number[] }) => busy.during(() => later(xs)));
  const middle = new Pipeline({
    name: 'middle',
    nodes: [before, inner.asNode({ inputs: { ready: 'x' }, outputs: { y: 'ys' }, mapOver: 'ready' })],
    concurrency: limits.middle,
  });
  const outer = new Pipeline({
    name: 'outer',
    nodes: [middle.asNode({ inputs: { xss: 'xs' }, outputs: { ys: 'yss' }, mapOver: 'xss' })],
    concurrency: limits.outer,
  });
  return { busy, outer };
}
const input = [[range(4), range(3)], [range(5)], [], [range(2), [], range(6)]];
const expected = input.map((xss) => ({ yss: xss.map((xs) => xs.map((x) => x + 1)) }));

describe('one budget for everything below one run', () => {
  it.each([1, 2, 3, 7])('of %i is never exceeded by three levels of maps, nor blocks them', async (concurrency) => {
    const { busy, outer } = threeLevels();
    expect(await outer.map({ xss: input }, { over: 'xss', concurrency })).toEqual(expected);
    expect(busy.most).toBeLessThanOrEqual(concurrency);
    expect(busy.calls).toBe(26);
  });

  it('is used fully', async () => {
    const busy = tracker();
    const made = pipeline(node('y', ({ x }: { x: number }) => busy.during(() => later(x, 2))));
    await made.map({ x: range(20) }, { over: 'x', concurrency: 4 });
    expect(busy.most).toBe(4);
  });

  it('is 100 when nobody says otherwise', async () => {
    const busy = tracker();
    const made = pipeline(node('y', ({ x }: { x: number }) => busy.during(() => later(x, 5))));
    await made.map({ x: range(250) }, { over: 'x' });
    expect(busy.most).toBe(100);
  });

  it('may be unlimited', async () => {
    const busy = tracker();
    const made = pipeline(node('y', ({ x }: { x: number }) => busy.during(() => later(x, 5))));
    await made.map({ x: range(250) }, { over: 'x', concurrency: Number.POSITIVE_INFINITY });
    expect(busy.most).toBe(250);
  });

  it('counts independent nodes of a single run too', async () => {
    const busy = tracker();
    const wide = pipeline.untyped(range(20).map((i) => node(`n${i}`, () => busy.during(() => later(i)))));
    await wide.run({}, { concurrency: 3 });
    expect(busy.most).toBe(3);
  });

  it('holds for streams', async () => {
    const { busy, outer } = threeLevels();
    const seen = [];
    for await (const item of outer.stream({ xss: input }, { over: 'xss', concurrency: 2 })) seen.push(item.value);
    expect(seen).toEqual(expected);
    expect(busy.most).toBeLessThanOrEqual(2);
  });

  it('set on a pipeline holds below it; a nested limit is an additional one', async () => {
    const limited = threeLevels({ outer: 2, inner: 50 });
    await limited.outer.map({ xss: input }, { over: 'xss' });
    expect(limited.busy.most).toBeLessThanOrEqual(2);
    const narrow = threeLevels({ inner: 1, outer: 10 });
    expect(await narrow.outer.map({ xss: input }, { over: 'xss' })).toEqual(expected);
  });

  it.each([
    [{ inner: 1 }],
    [{ middle: 1 }],
    [{ inner: 1, middle: 1, outer: 1 }],
    [{ inner: 2, middle: 1, outer: 3 }],
    [{ inner: 3, middle: 2, outer: 1 }],
  ])('does not deadlock with %j', async (limits) => {
    const { outer } = threeLevels(limits);
    expect(await outer.map({ xss: input }, { over: 'xss' })).toEqual(expected);
  });

  it('limits a nested pipeline over all its runs', async () => {
    const busy = tracker();
    const leaf = node('y', ({ x }: { x: number }) => busy.during(() => later(x)));
    const inner = new Pipeline({ name: 'inner', nodes: [leaf], concurrency: 2 });
    const outer = pipeline(inner.asNode({ inputs: { xs: 'x' }, mapOver: 'xs' }));
    await outer.map({ xs: [range(5), range(5), range(5)] }, { over: 'xs' });
    expect(busy.most).toBe(2);
  });

  it('does not strand those that wait for a nested limit when the first of them gives up', async () => {
    const inner = new Pipeline({
      name: 'inner',
      nodes: [node('y', ({ x }: { x: number }) => later(x, 5))],
      concurrency: 1,
    });
    const impatient = new Pipeline({ name: 'impatient', nodes: [inner.asNode({ outputs: { y: 'b' } })], timeout: 15 });
    const hold = (name: string) => node({ name, inputs: [], run: () => later(name, 30) });
    const outer = pipeline.untyped([
      inner.asNode({ outputs: { y: 'a' } }),
      impatient,
      inner.asNode({ outputs: { y: 'c' } }),
      hold('d'),
      hold('e'),
    ]);
    const result = await outer.run({ x: 1 }, { concurrency: 1, onError: 'collect' });
    expect(result).toEqual({ a: 1, c: 1, d: 'd', e: 'e' });
  });

  it('is given back while a node waits for its next attempt', async () => {
    const order: string[] = [];
    const again = node({
      name: 'again',
      inputs: [],
      retries: { retries: 1, delay: 10, jitter: 0 },
      run: async (_inputs: {}, { attempt }) => {
        await later(null);
        order.push(`again ${attempt}`);
        if (attempt === 1) throw new Error('again');
      },
    });
    const other = node('other', async () => {
      await later(null);
      order.push('other');
    });
    await pipeline(again, other).run({}, { concurrency: 1 });
    expect(order).toEqual(['again 1', 'other', 'again 2']);
  });
});

describe('a limit that nothing could run under', () => {
  const made = pipeline(node('y', ({ x }: { x: number }) => x));

  it.each([0, -1, Number.NaN, 1.5, '4', null, true])('%s is refused', async (given) => {
    const concurrency = given as never;
    for (const attempt of [
      () => made.run({ x: 1 }, { concurrency }),
      () => made.runSync({ x: 1 }, { concurrency }),
      () => made.map({ x: [1] }, { over: 'x', concurrency }),
      () => made.stream({ x: [1] }, { over: 'x', concurrency }).next(),
      () => new Pipeline({ nodes: [], concurrency }),
      () => made.with({ concurrency }),
    ]) {
      const error = await thrownBy(attempt);
      expect(error).toMatchObject({ code: 'INPUT_INVALID', path: 'concurrency' });
      expect(error.message).toContain(`concurrency is ${String(given)}`);
    }
  });

  it.each(['./cache', 5, true, {}, []])('a cache that is %j is refused, with the way to make one', async (given) => {
    const cache = given as never;
    for (const attempt of [() => made.run({ x: 1 }, { cache }), () => new Pipeline({ nodes: [], cache })]) {
      const error = await thrownBy(attempt);
      expect(error).toMatchObject({ code: 'INPUT_INVALID', path: 'cache' });
      expect(error.message).toMatch(/cache is .*; expected a cache with get and put\. Give new DiskCache\(/);
    }
  });

  it.each([0, -1, Number.NaN, '4', null, true])('a timeout of %s is refused', async (given) => {
    const timeout = given as never;
    for (const attempt of [
      () => made.run({ x: 1 }, { timeout }),
      () => made.runSync({ x: 1 }, { timeout }),
      () => made.map({ x: [1] }, { over: 'x', timeout }),
      () => made.stream({ x: [1] }, { over: 'x', timeout }).next(),
      () => new Pipeline({ nodes: [], timeout }),
      () => made.with({ timeout }),
    ]) {
      const error = await thrownBy(attempt);
      expect(error).toMatchObject({ code: 'INPUT_INVALID', path: 'timeout' });
      expect(error.message).toContain(`timeout is ${String(given)}`);
    }
  });

  it('is found when the pipeline is built', () => {
    expect(thrownAtOnce(() => new Pipeline({ name: 'p', nodes: [], concurrency: 0 })).message).toContain("'p'");
  });
});
