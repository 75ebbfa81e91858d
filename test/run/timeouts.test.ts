import { node, nodePath, Pipeline, pipeline, TimeoutError } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { thrownAtOnce, thrownBy } from '../thrown-by.ts';
import { gate, later, never } from '../timing.ts';

const busyFor = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

const expectTimeout = (error: unknown, path: string, phase: string, limit: number): void => {
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toMatchObject({ code: 'TIMEOUT', path, name: 'TimeoutError' });
  expect((error as Error).message).toContain(`${path}: the ${phase} took longer than its limit of ${limit} ms`);
};

describe('the time limit of a node', () => {
  it('fails it and aborts its signal', async () => {
    let reason: unknown;
    const stuck = node(
      'stuck',
      ({ x }: { x: number }, { signal }) =>
        never(signal).catch((error) => {
          reason = error;
          return x;
        }),
      { timeout: 5 },
    );
    const error = await thrownBy(() => new Pipeline({ name: 'p', nodes: [stuck] }).run({ x: 1 }));
    expectTimeout(error, 'p > stuck', 'node', 5);
    expect(nodePath(error)).toBe('p > stuck');
    expect(reason).toBe(error);
  });

  it('does not hurt a node that is fast enough', async () => {
    const fast = node('fast', () => later('done', 1), { timeout: 5000 });
    expect(await pipeline(fast).run({})).toEqual({ fast: 'done' });
  });

  it('may be infinite or longer than a timer can hold', async () => {
    for (const timeout of [Number.POSITIVE_INFINITY, 2 ** 40]) {
      const slow = node('slow', () => later('done', 8), { timeout });
      expect(await pipeline(slow).with({ timeout }).run({}, { timeout })).toEqual({ slow: 'done' });
      expect(
        (await pipeline(slow)
          .map({}, { over: [] as never })
          .catch(() => 'refused')) as unknown,
      ).toBe('refused');
    }
  });

  it('counts each attempt by itself', async () => {
    const signals: AbortSignal[] = [];
    const made = node({
      name: 'made',
      inputs: [],
      timeout: 8,
      retries: { retries: 2, delay: 0 },
      run: (_inputs: {}, { attempt, signal }) => {
        signals.push(signal);
        return attempt < 3 ? never() : 'third';
      },
    });
    expect(await pipeline(made).run({})).toEqual({ made: 'third' });
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true, false]);
  });

  it('is noticed also when the node did not let the timer run', async () => {
    const heavy = node('heavy', () => busyFor(10), { timeout: 2 });
    expectTimeout(await thrownBy(() => pipeline(heavy).run({})), 'pipeline > heavy', 'node', 2);
    expectTimeout(
      thrownAtOnce(() => pipeline(heavy).runSync({})),
      'pipeline > heavy',
      'node',
      2,
    );
  });

  it('holds for one item of a map only', async () => {
    const picky = node('picky', ({ x }: { x: number }) => (x === 1 ? never() : later(x)), { timeout: 10 });
    const rs = await pipeline(picky).map({ x: [0, 1, 2] }, { over: 'x', onError: 'collect' });
    expect(rs.column('picky')).toEqual([0, undefined, 2]);
    expect(rs.failures).toMatchObject([{ index: 1, error: { code: 'TIMEOUT' }, path: 'pipeline[1] > picky' }]);
  });

  it('ignores what the abandoned node does later', async () => {
    const first = gate<string>();
    const second = gate<string>();
    let attempt = 0;
    const made = node('made', () => (++attempt === 1 ? first.passed : second.passed), {
      timeout: 5,
      retries: { retries: 1, delay: 0 },
    });
    const run = pipeline(made.with({ timeout: 5 })).run({});
    await later(null, 7);
    first.open('too late');
    second.open('in time');
    const result = await run.catch((error) => error.code);
    expect(['TIMEOUT', 'in time']).toContain(typeof result === 'string' ? result : result.made);
    const rejecting = gate();
    const late = node('late', () => rejecting.passed, { timeout: 2 });
    expect(await thrownBy(() => pipeline(late).run({}))).toMatchObject({ code: 'TIMEOUT' });
    rejecting.fail(new Error('nobody may see this'));
    await later(null, 5);
  });
});

describe('the time limit of a pipeline', () => {
  const stuck = node('stuck', ({ x }: { x: number }) => (x === 1 ? never() : x));

  it('fails its run', async () => {
    const made = new Pipeline({ name: 'p', nodes: [stuck], timeout: 5 });
    expectTimeout(await thrownBy(() => made.run({ x: 1 })), 'p', 'pipeline', 5);
    expect(await made.run({ x: 0 })).toEqual({ stuck: 0 });
  });

  it('holds for every item of its map', async () => {
    const made = new Pipeline({ name: 'p', nodes: [stuck], timeout: 10 });
    const rs = await made.map({ x: [0, 1, 2] }, { over: 'x', onError: 'collect' });
    expect(rs.column('stuck')).toEqual([0, undefined, 2]);
    expectTimeout(rs.failures[0]?.error, 'p[1]', 'pipeline', 10);
  });

  it('holds for a nested pipeline, and is inherited by what sets none', async () => {
    const inner = new Pipeline({ name: 'inner', nodes: [stuck] });
    const own = new Pipeline({ name: 'outer', nodes: [inner.with({ timeout: 5 })] });
    expectTimeout(await thrownBy(() => own.run({ x: 1 })), 'outer > inner', 'pipeline', 5);
    const inherited = new Pipeline({ name: 'outer', nodes: [inner], timeout: 5 });
    expect(await thrownBy(() => inherited.run({ x: 1 }))).toMatchObject({ code: 'TIMEOUT' });
  });

  it('is noticed between nodes that do not let the timer run', async () => {
    const heavy = <Name extends string>(name: Name) => node(name, () => busyFor(6));
    const made = new Pipeline({ name: 'p', nodes: [heavy('a'), heavy('b'), heavy('c')], timeout: 8 });
    expectTimeout(await thrownBy(() => made.run({})), 'p', 'pipeline', 8);
    expectTimeout(
      thrownAtOnce(() => made.runSync({})),
      'p',
      'pipeline',
      8,
    );
  });

  it('holds also while inputs are being validated', async () => {
    const schema = {
      '~standard': { version: 1, vendor: 'here', validate: (): Promise<{ value: number }> => never() },
    } as const;
    const made = node({ name: 'n', schemas: { x: schema }, run: ({ x }) => x });
    const run = new Pipeline({ name: 'p', nodes: [made], timeout: 5 }).run({ x: 1 } as never);
    expectTimeout(await thrownBy(() => run), 'p', 'pipeline', 5);
  });
});

describe('the time limit of a call', () => {
  const stuck = new Pipeline({ name: 'p', nodes: [node('stuck', ({ x }: { x: number }) => (x === 1 ? never() : x))] });

  it('fails the call', async () => {
    expectTimeout(await thrownBy(() => stuck.run({ x: 1 }, { timeout: 5 })), 'p', 'call', 5);
    expectTimeout(await thrownBy(() => stuck.map({ x: [0, 1] }, { over: 'x', timeout: 5 })), 'p', 'call', 5);
    expect(await stuck.run({ x: 0 }, { timeout: 5 })).toEqual({ stuck: 0 });
  });

  it('fails a map even when it collects errors', async () => {
    const run = stuck.map({ x: [0, 1] }, { over: 'x', timeout: 5, onError: 'collect' });
    expectTimeout(await thrownBy(() => run), 'p', 'call', 5);
  });

  it('is noticed between nodes that do not let the timer run', async () => {
    const heavy = <Name extends string>(name: Name) => node(name, () => busyFor(6));
    const made = new Pipeline({ name: 'p', nodes: [heavy('a'), heavy('b'), heavy('c')] });
    expectTimeout(await thrownBy(() => made.run({}, { timeout: 8 })), 'p', 'call', 8);
    expectTimeout(
      thrownAtOnce(() => made.runSync({}, { timeout: 8 })),
      'p',
      'call',
      8,
    );
  });
});
