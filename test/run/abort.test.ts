import { getEventListeners } from 'node:events';
import { AbortError, node, Pipeline, pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';
import { later, never } from '../timing.ts';

const slow = node('y', ({ x }: { x: number }) => later(x, 20));
const made = new Pipeline({ name: 'p', nodes: [slow] });
const nested = new Pipeline({ name: 'all', nodes: [made.asNode({ inputs: { xs: 'x' }, mapOver: 'xs' })] });

/** Aborts after some milliseconds, with a reason. */
function abortIn(ms: number, reason?: unknown) {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), ms);
  return controller.signal;
}

describe('a signal that was aborted before', () => {
  it('lets nothing start', async () => {
    let ran = 0;
    const counting = new Pipeline({ name: 'p', nodes: [node('n', ({ x = 0 }: { x?: number }) => x + ++ran)] });
    const reason = new Error('changed my mind');
    const signal = AbortSignal.abort(reason);
    for (const attempt of [
      () => counting.run({}, { signal }),
      () => counting.runSync({}, { signal }),
      () => counting.map({ x: [1] }, { over: 'x', signal }),
      () => counting.stream({ x: [1] }, { over: 'x', signal }).next(),
    ]) {
      const error = await thrownBy<AbortError>(attempt);
      expect(error).toBeInstanceOf(AbortError);
      expect(error).toMatchObject({ code: 'ABORTED', path: 'p', cause: reason });
    }
    expect(ran).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a signal that is aborted meanwhile', () => {
  it.each([
    ['run', (signal: AbortSignal) => made.run({ x: 1 }, { signal })],
    ['map', (signal: AbortSignal) => made.map({ x: [1, 2] }, { over: 'x', signal })],
    ['a collecting map', (signal: AbortSignal) => made.map({ x: [1, 2] }, { over: 'x', signal, onError: 'collect' })],
    ['a nested map', (signal: AbortSignal) => nested.run({ xs: [1, 2, 3] }, { signal, concurrency: 2 })],
    ['a stream', (signal: AbortSignal) => made.stream({ x: [1] }, { over: 'x', signal }).next()],
  ])('fails %s with its reason', async (_what, start) => {
    for (const reason of [new Error('enough'), 'enough', null]) {
      const error = await thrownBy<AbortError>(() => start(abortIn(3, reason)));
      expect(error).toBeInstanceOf(AbortError);
      expect(error).toMatchObject({ code: 'ABORTED', cause: reason });
    }
  });

  it('reaches every node, however deep', async () => {
    const reasons: unknown[] = [];
    const leaf = node('y', ({ x }: { x: number }, { signal }) =>
      never(signal).catch((reason) => {
        reasons.push(reason);
        return x;
      }),
    );
    const inner = pipeline(leaf).asNode({ inputs: { xs: 'x' }, outputs: { y: 'ys' }, mapOver: 'xs' });
    const middle = pipeline(inner).asNode({ inputs: { xss: 'xs' }, outputs: { ys: 'yss' }, mapOver: 'xss' });
    const outer = pipeline(middle, leaf.rename({ inputs: { x: 'z' } }));
    const error = await thrownBy(() => outer.run({ xss: [[1, 2], [3]], z: 1 }, { signal: abortIn(3, 'enough') }));
    expect(reasons).toHaveLength(4);
    for (const reason of reasons) expect(reason).toBe(error);
  });

  it('ends back-off at once', async () => {
    const flaky = node(
      'flaky',
      (): number => {
        throw new Error('again');
      },
      { retries: { retries: 3, delay: 1_000_000 } },
    );
    for (const run of [
      pipeline(flaky).run({}, { signal: abortIn(3, 'enough') }),
      pipeline(pipeline(flaky)).run({}, { signal: abortIn(3, 'enough'), concurrency: 1 }),
    ]) {
      expect(await thrownBy(() => run)).toMatchObject({ code: 'ABORTED', cause: 'enough' });
    }
  });

  it('starts no retry and no further item', async () => {
    let calls = 0;
    const failing = node(
      'n',
      async ({ x }: { x: number }) => {
        calls++;
        await later(null, 4);
        throw new Error(String(x));
      },
      { retries: { retries: 5, delay: 0 } },
    );
    const xs = Array.from({ length: 20 }, (_, i) => i);
    await thrownBy(() => pipeline(failing).map({ x: xs }, { over: 'x', concurrency: 2, signal: abortIn(1) }));
    await later(null, 20);
    expect(calls).toBe(2);
  });

  it('ends validation that takes its time', async () => {
    const schema = {
      '~standard': { version: 1, vendor: 'here', validate: (): Promise<{ value: number }> => never() },
    } as const;
    const checked = node({ name: 'n', schemas: { x: schema }, run: ({ x }) => x });
    const run = pipeline(checked).run({ x: 1 } as never, { signal: abortIn(3, 'enough') });
    expect(await thrownBy(() => run)).toMatchObject({ code: 'ABORTED', cause: 'enough' });
  });

  it('by a node itself ends the run', async () => {
    const controller = new AbortController();
    const suicidal = node('a', async () => {
      controller.abort('from inside');
      return 1;
    });
    const next = node('b', ({ a }: { a: number }) => a);
    for (const run of [
      () => pipeline(suicidal, next).run({}, { signal: controller.signal }),
      () => pipeline(pipeline(suicidal), next).run({}, { signal: controller.signal }),
    ]) {
      expect(await thrownBy(run)).toMatchObject({ code: 'ABORTED', cause: 'from inside' });
    }
  });

  it('after the end changes nothing', async () => {
    const controller = new AbortController();
    const seen: AbortSignal[] = [];
    const watching = node('y', ({ x }: { x: number }, { signal }) => {
      seen.push(signal);
      return later(x);
    });
    expect(await pipeline(watching).run({ x: 1 }, { signal: controller.signal })).toEqual({ y: 1 });
    controller.abort();
    await later(null);
    expect(seen[0]?.aborted).toBe(false);
  });
});

describe("a node's signal", () => {
  it('is one and the same for the node and its retries, unless it has a time limit', async () => {
    const signals: AbortSignal[] = [];
    const run = (_inputs: {}, { signal, attempt }: { signal: AbortSignal; attempt: number }): string => {
      signals.push(signal, signal);
      if (attempt < 2) throw new Error('again');
      return 'done';
    };
    const retries = { retries: 1, delay: 0 };
    await pipeline(node({ name: 'n', inputs: [], retries, run })).run({});
    expect(new Set(signals).size).toBe(1);
    expect(signals[0]).toBeInstanceOf(AbortSignal);
  });
});

describe.each(['run', 'runSync', 'map', 'stream', 'nested'] as const)(
  'a synchronous node that aborts its own %s',
  (how) => {
    const attempt = async (signal: AbortSignal, nodes: readonly unknown[]): Promise<unknown> => {
      const made = pipeline.untyped(nodes as never);
      if (how === 'run') return made.run({ x: 1 }, { signal });
      if (how === 'runSync') return made.runSync({ x: 1 }, { signal });
      if (how === 'nested') return pipeline.untyped([made]).run({ x: 1 }, { signal });
      if (how === 'map') return made.map({ x: [1, 2] } as never, { over: 'x', signal });
      for await (const _ of made.stream({ x: [1, 2] } as never, { over: 'x', signal }));
      return undefined;
    };
    const controller = (): AbortController => new AbortController();

    it('stops what comes after it', async () => {
      const own = controller();
      let ran = 0;
      const first = node('first', ({ x }: { x: number }) => {
        own.abort(new Error('enough'));
        return x;
      });
      const second = node('second', ({ first }: { first: number }) => ran++ + first);
      const error = await thrownBy<Error & { code: string }>(() => attempt(own.signal, [first, second]));
      expect(error).toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } });
      expect(ran).toBe(0);
    });

    it('ends it even when nothing comes after it', async () => {
      const own = controller();
      const only = node('only', ({ x }: { x: number }) => {
        own.abort();
        return x;
      });
      expect(await thrownBy(() => attempt(own.signal, [only]))).toMatchObject({ code: 'ABORTED' });
    });
  },
);
