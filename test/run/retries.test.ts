import { type Callback, type NodeRetryEvent, node, nodePath, pipeline, type RetryPolicy } from 'hypernodes';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { thrownAtOnce, thrownBy } from '../thrown-by.ts';
import { later } from '../timing.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A node that fails the first `failures` times, at once or later. */
function flaky(failures: number, retries: number | RetryPolicy, when: 'at once' | 'later' = 'later') {
  const attempts: number[] = [];
  const made = node({
    name: 'flaky',
    inputs: ['x'],
    retries,
    run: ({ x }: { x: number }, { attempt }): number | Promise<number> => {
      attempts.push(attempt);
      const answer = (): number => {
        if (attempt <= failures) throw new Error(`attempt ${attempt}`);
        return x;
      };
      return when === 'at once' ? answer() : later(null).then(answer);
    },
  });
  return { attempts, made };
}

/** The back-off delays of a run, told by its events, without waiting for them. */
async function delaysOf(policy: RetryPolicy): Promise<number[]> {
  vi.useFakeTimers();
  const delays: number[] = [];
  const listener: Callback = { onNodeRetry: (event: NodeRetryEvent) => delays.push(event.delayMs) };
  const run = pipeline(flaky(policy.retries, policy, 'at once').made).run({ x: 1 }, { callbacks: [listener] });
  await vi.runAllTimersAsync();
  await run;
  vi.useRealTimers();
  return delays;
}

describe.each(['at once', 'later'] as const)('a node that fails %s', (when) => {
  it('is tried again as often as it may be', async () => {
    const { attempts, made } = flaky(2, { retries: 2, delay: 0 }, when);
    expect(await pipeline(made).run({ x: 7 })).toEqual({ flaky: 7 });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('fails with the last error when none succeeds', async () => {
    const { attempts, made } = flaky(9, { retries: 2, delay: 0 }, when);
    const error = await thrownBy(() => pipeline(made).run({ x: 7 }));
    expect(error.message).toBe('attempt 3');
    expect(nodePath(error)).toBe('pipeline > flaky');
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('is tried again only when the policy wants it', async () => {
    const asked: [string, number][] = [];
    const { attempts, made } = flaky(
      9,
      {
        retries: 5,
        delay: 0,
        when: (error, attempt) => {
          asked.push([(error as Error).message, attempt]);
          return attempt < 2;
        },
      },
      when,
    );
    expect((await thrownBy(() => pipeline(made).run({ x: 1 }))).message).toBe('attempt 2');
    expect(attempts).toEqual([1, 2]);
    expect(asked).toEqual([
      ['attempt 1', 1],
      ['attempt 2', 2],
    ]);
  });

  it('fails when the policy itself throws, with that error', async () => {
    const policy = () => {
      throw new TypeError('broken policy');
    };
    const ends: unknown[] = [];
    const callbacks: Callback[] = [{ onNodeEnd: (event) => ends.push(event.error) }];
    const { made } = flaky(9, { retries: 5, delay: 0, when: policy }, when);
    expect(await thrownBy(() => pipeline(made).run({ x: 1 }, { callbacks }))).toMatchObject({
      message: 'broken policy',
    });
    expect(ends).toMatchObject([{ message: 'broken policy' }]);
  });

  it('runs in every item of a map by itself', async () => {
    const { attempts, made } = flaky(1, { retries: 1, delay: 0 }, when);
    expect((await pipeline(made).map({ x: [1, 2, 3] }, { over: 'x' })).column('flaky')).toEqual([1, 2, 3]);
    expect(attempts.toSorted()).toEqual([1, 1, 1, 2, 2, 2]);
  });
});

describe('retries', () => {
  it('may be a plain number', async () => {
    vi.useFakeTimers();
    const { attempts, made } = flaky(3, 3, 'at once');
    const run = pipeline(made).run({ x: 1 });
    await vi.runAllTimersAsync();
    expect(await run).toEqual({ flaky: 1 });
    expect(attempts).toEqual([1, 2, 3, 4]);
  });

  it('of 0 means one attempt', async () => {
    const { attempts, made } = flaky(1, 0);
    await thrownBy(() => pipeline(made).run({ x: 1 }));
    expect(attempts).toEqual([1]);
  });

  it('wait and go on in runSync too', () => {
    const { attempts, made } = flaky(2, { retries: 2, delay: 1 }, 'at once');
    expect(pipeline(made).runSync({ x: 1 })).toEqual({ flaky: 1 });
    expect(attempts).toEqual([1, 2, 3]);
    expect(
      thrownAtOnce(() => pipeline(flaky(3, { retries: 1, delay: 0 }, 'at once').made).runSync({ x: 1 })),
    ).toMatchObject({
      message: 'attempt 2',
    });
  });
});

describe('back-off', () => {
  it('grows by its factor up to its limit', async () => {
    expect(await delaysOf({ retries: 5, delay: 10, factor: 3, maxDelay: 200, jitter: 0 })).toEqual([
      10, 30, 90, 200, 200,
    ]);
    expect(await delaysOf({ retries: 3, jitter: 0 })).toEqual([100, 200, 400]);
    expect(await delaysOf({ retries: 2, delay: 5, factor: 1, jitter: 0 })).toEqual([5, 5]);
    expect(await delaysOf({ retries: 2, delay: 0 })).toEqual([0, 0]);
  });

  it('never grows beyond what a timer can hold', async () => {
    const huge = { retries: 2, delay: 1e300, factor: 1e300, maxDelay: Number.POSITIVE_INFINITY, jitter: 0 };
    for (const delay of await delaysOf(huge)) expect(delay).toBeLessThanOrEqual(2 ** 31 - 1);
  });

  it.each([
    [0, 1],
    [0.25, 0.25],
    [1, 1],
  ])('varies with random %d by the share that the policy allows', async (random, jitter) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    expect(await delaysOf({ retries: 2, delay: 100, factor: 1, jitter })).toEqual(
      [1, 1].map(() => 100 * (1 - jitter * random)),
    );
  });

  it('stays within its bounds', async () => {
    const delays = await delaysOf({ retries: 50, delay: 100, factor: 1, jitter: 0.5 });
    for (const delay of delays) {
      expect(delay).toBeGreaterThanOrEqual(50);
      expect(delay).toBeLessThanOrEqual(100);
    }
    expect(new Set(delays).size).toBeGreaterThan(10);
  });
});
