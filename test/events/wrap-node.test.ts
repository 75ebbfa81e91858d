import { AsyncLocalStorage } from 'node:async_hooks';
import { node, Pipeline } from 'hypernodes';
import type { Callback } from 'hypernodes/callbacks';
import { describe, expect, it } from 'vitest';

const double = node('y', ({ x }: { x: number }) => x * 2);

describe('wrapNode', () => {
  it('is around each call of a node function, first callback outermost, also for retries', async () => {
    const order: string[] = [];
    const around = (name: string): Callback => ({
      wrapNode: (event, run) => {
        order.push(`${name} in ${event.path}`);
        const result = run();
        order.push(`${name} out`);
        return result;
      },
    });
    let tries = 0;
    const flaky = node({
      name: 'z',
      inputs: ['x'],
      retries: { retries: 1, delay: 1 },
      run: async ({ x }: { x: number }) => {
        if (++tries === 1) throw new Error('again');
        return x;
      },
    });
    const pipeline = new Pipeline({ nodes: [flaky], name: 'all', callbacks: [around('a'), around('b')] });
    await pipeline.run({ x: 1 });
    const once = ['a in all > z', 'b in all > z', 'b out', 'a out'];
    expect(order).toEqual([...once, ...once]);
  });

  it('keeps what it set up for the asynchronous part of the function', async () => {
    const storage = new AsyncLocalStorage<string>();
    const callback: Callback = { wrapNode: (event, run) => storage.run(event.path, run) };
    const reads = node('seen', async ({ x }: { x: number }) => {
      await Promise.resolve(x);
      return storage.getStore();
    });
    const pipeline = new Pipeline({ nodes: [reads], name: 'all', callbacks: [callback] });
    const seen = await pipeline.map({ x: [1, 2] }, { over: 'x' });
    expect(seen.column('seen')).toEqual(['all[0] > seen', 'all[1] > seen']);
  });

  it.each<[string, Callback]>([
    [
      'throws before',
      {
        wrapNode: () => {
          throw new Error('broken');
        },
      },
    ],
    [
      'throws after',
      {
        wrapNode: (_event, run) => {
          run();
          throw new Error('broken');
        },
      },
    ],
    ['returns something else', { wrapNode: ((_event: unknown, run: () => unknown) => void run()) as never }],
    ['does not call', { wrapNode: (() => undefined) as never }],
  ])('changes no result when it %s', async (_what, callback) => {
    const pipeline = new Pipeline({ nodes: [double], name: 'all', callbacks: [callback] });
    expect(await pipeline.run({ x: 2 })).toEqual({ y: 4 });
    expect(pipeline.runSync({ x: 3 })).toEqual({ y: 6 });
  });

  it('changes no error, even when it swallows it', async () => {
    const error = new TypeError('wrong');
    const fails = node('y', ({ x: _ }: { x: number }): number => {
      throw error;
    });
    const swallow: Callback = {
      wrapNode: (_event, run) => {
        try {
          return run();
        } catch {
          return undefined as never;
        }
      },
    };
    const pipeline = new Pipeline({ nodes: [fails], name: 'all', callbacks: [swallow] });
    await expect(pipeline.run({ x: 1 })).rejects.toBe(error);
  });
});
