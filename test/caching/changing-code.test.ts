import { setTimeout as delay } from 'node:timers/promises';
import { node, Pipeline } from 'hypernodes';
import { MemoryCache } from 'hypernodes/cache';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('what one node sets and another one reads, within a run', () => {
  const items = { over: 'x', concurrency: 1 } as const;
  const map = async (set: (x: string) => void, get: () => unknown): Promise<unknown[]> => {
    const first = node(
      'first',
      ({ x }: { x: string }) => {
        set(x);
        return 1;
      },
      { cache: false },
    );
    const second = node('second', ({ first }: { first: number }) => (first === 1 ? String(get()) : ''));
    const p = new Pipeline({ nodes: [first, second], cache: new MemoryCache() });
    return [...(await p.map({ x: ['a', 'b', 'a'] }, items)).column('second')];
  };

  it('is what it is for each item: a variable', async () => {
    let mode = '';
    const set = (x: string): void => {
      mode = x;
    };
    expect(await map(set, () => mode)).toEqual(['a', 'b', 'a']);
  });

  it('a field, and what is deep in a structure', async () => {
    const config = { mode: '', all: { modes: [''] } };
    const set = (x: string): void => {
      config.mode = x;
      config.all.modes[0] = x;
    };
    expect(await map(set, () => config.mode)).toEqual(['a', 'b', 'a']);
    expect(await map(set, () => config.all.modes.join())).toEqual(['a', 'b', 'a']);
  });

  it('a variable of the environment', async () => {
    const set = (x: string): void => {
      process.env.HYPERNODES_TEST_MODE = x;
    };
    expect(await map(set, () => process.env.HYPERNODES_TEST_MODE)).toEqual(['a', 'b', 'a']);
    delete process.env.HYPERNODES_TEST_MODE;
  });

  it('without looking again for what nobody reads', async () => {
    let calls = 0;
    const seen: string[] = [];
    const count = node('count', ({ x }: { x: string }) => {
      calls++;
      seen.push(x);
      return x.length;
    });
    const p = new Pipeline({ nodes: [count], cache: new MemoryCache() });
    await p.map({ x: ['a', 'b', 'a'] }, items);
    expect((await p.map({ x: ['a', 'b'] }, items)).stats.executed).toBe(0);
    expect([calls, seen]).toEqual([2, ['a', 'b']]);
  });
});

describe('what somebody else changes while a node runs', () => {
  it('is in no result that is kept, and that is told of once', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    let rate = 1;
    const slow = node('slow', async ({ x }: { x: number }) => {
      await delay(5);
      return x * rate;
    });
    const p = new Pipeline({ name: 'priced', nodes: [slow], cache: new MemoryCache() });
    const running = p.run({ x: 1 });
    rate = 2;
    expect(await running).toEqual({ slow: 2 });
    rate = 1;
    expect(await p.run({ x: 1 })).toEqual({ slow: 1 });
    expect((await p.plan({ x: 1 })).nodes[0]).toMatchObject({ state: 'hit' });
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(/^priced > slow: a variable that it uses was changed while it ran/),
    ]);
  });

  it('is in none of many results that are kept, however short they took', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    let rate = 1;
    const quick = node('quick', async ({ x }: { x: number }) => {
      await delay(1);
      return x * rate;
    });
    const p = new Pipeline({ name: 'many', nodes: [quick], cache: new MemoryCache() });
    const inputs = { x: Array.from({ length: 300 }, (_, x) => x) };
    setTimeout(() => {
      rate = 2;
    }, 70);
    const during = await p.map(inputs, { over: 'x', concurrency: 2 });
    expect(during.column('quick')).toContain(2 * 299);
    rate = 1;
    const after = await p.map(inputs, { over: 'x' });
    expect(after.column('quick')).toEqual(inputs.x);
    expect(warn).toHaveBeenCalledOnce();
  });

  it('takes back what it cannot vouch for also from a cache that answers later', async () => {
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const memory = new MemoryCache();
    const later = new Proxy(memory, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return name === 'delete'
          ? async (...args: unknown[]) => Reflect.apply(member, target, args)
          : (...args: unknown[]) => Reflect.apply(member, target, args);
      },
    });
    let rate = 1;
    const quick = node('quick', async ({ x }: { x: number }) => {
      await delay(x);
      return x * rate;
    });
    const p = new Pipeline({ name: 'slow cache', nodes: [quick], cache: later });
    const running = p.map({ x: [1, 5, 6, 7] }, { over: 'x' });
    await delay(3);
    rate = 2;
    await running;
    rate = 1;
    expect([...(await p.map({ x: [1, 5, 6, 7] }, { over: 'x' })).column('quick')]).toEqual([1, 5, 6, 7]);
  });
});
