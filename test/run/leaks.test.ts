import { getEventListeners } from 'node:events';
import { type NodeContext, node, Pipeline, pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { later, never } from '../timing.ts';

const timers = (): number => process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate/.test(name)).length;

/** One call of each kind, and how it may end. */
function calls(signal: AbortSignal) {
  const work = (x: number, { signal: own }: NodeContext): unknown => {
    if (x === 1) throw new Error('at once');
    if (x === 2) return later(null).then(() => Promise.reject(new Error('later')));
    if (x === 3) return never(own).catch(() => 'stopped');
    return x === 4 ? later(x, 2) : x;
  };
  const leaf = node('y', ({ x }: { x: number }, context) => work(x, context));
  const limited = leaf.with({ timeout: 60_000, retries: { retries: 1, delay: 1 } });
  const made = [leaf, limited].flatMap((unit) => {
    const inner = new Pipeline({ name: 'inner', nodes: [unit], timeout: 60_000 });
    return [pipeline(unit), inner, pipeline(inner)];
  });
  const mapped = made.map((inner) => pipeline(inner.asNode({ inputs: { xs: 'x' }, mapOver: 'xs' })));
  const timeout = 60_000;
  return made.flatMap((one, index) =>
    [0, 1, 2, 4].flatMap((x) => [
      () => one.run({ x }, { signal, timeout }),
      () => one.run({ x }, { signal, timeout, onError: 'collect' }),
      () => one.runSync({ x }, { signal, timeout }),
      () => one.map({ x: [0, x, 4, 0] }, { over: 'x', signal, timeout }),
      () => one.map({ x: [0, x, 4, 0] }, { over: 'x', signal, timeout, onError: 'collect', concurrency: 1 }),
      () => one.run({ x: 3 }, { signal, timeout: 3 }),
      () => one.map({ x: [0, 3, x] }, { over: 'x', signal, timeout: 3 }),
      () => mapped[index]!.run({ xs: [x, 4] }, { signal, timeout }),
      async () => {
        for await (const _ of one.stream({ x: [0, x, 4] }, { over: 'x', signal, timeout }));
      },
      async () => {
        for await (const _ of one.stream({ x: [0, x, 3, 4] }, { over: 'x', signal, timeout })) break;
      },
    ]),
  );
}

describe('after a run, however it ended', () => {
  it('no timer, no listener and no handle is left', async () => {
    const { signal } = new AbortController();
    const before = timers();
    const started = calls(signal).map(async (call) => call());
    const ends = await Promise.allSettled(started);
    expect(new Set(ends.map((end) => end.status))).toEqual(new Set(['fulfilled', 'rejected']));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await later(null, 5);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('nothing is left after an abort either', async () => {
    const controller = new AbortController();
    const before = timers();
    const started = calls(controller.signal).map(async (call) => call());
    controller.abort('enough');
    await Promise.allSettled(started);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
    await later(null, 5);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('a long-lived signal does not collect listeners over many runs', async () => {
    const { signal } = new AbortController();
    const watching = node('y', ({ x }: { x: number }, context) => later(x + Number(context.signal.aborted), 0));
    await pipeline(watching).map({ x: Array.from({ length: 200 }, (_, i) => i) }, { over: 'x', signal });
    for (let i = 0; i < 50; i++) await pipeline(watching).run({ x: i }, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  /** What the process is warned of meanwhile. */
  async function warningsDuring(work: () => Promise<unknown>): Promise<Error[]> {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    await work();
    await later(null, 2);
    process.off('warning', note);
    return warnings;
  }
  const watching = node('y', async ({ x }: { x: number }, { signal }) => {
    await Promise.race([later(null, 2), never(signal)]);
    return x;
  });
  const numbers = Array.from({ length: 50 }, (_, i) => i);

  it('a signal that all items share does not warn of a leak', async () => {
    const warnings = await warningsDuring(() => pipeline(watching).map({ x: numbers }, { over: 'x' }));
    expect(warnings).toEqual([]);
  });

  it('nor does one that many runs share', async () => {
    const { signal } = new AbortController();
    const warnings = await warningsDuring(() =>
      Promise.all(numbers.map((x) => pipeline(watching).run({ x }, { signal }))),
    );
    expect(warnings).toEqual([]);
  });
});
