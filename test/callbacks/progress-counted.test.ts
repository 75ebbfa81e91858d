import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type Node, node, Pipeline, pipeline } from 'hypernodes';
import { DiskCache, MemoryCache } from 'hypernodes/cache';
import { type Callback, ProgressCallback } from 'hypernodes/callbacks';
import { WorkerEngine } from 'hypernodes/engines';
import { describe, expect, it, vi } from 'vitest';
import { written } from '../fixtures/callbacks/written.ts';
import { LaterCache } from '../fixtures/later-cache.ts';

/** Listens to what happens in items, so that the map makes events for everybody. */
const listener: Callback = { onNodeStart() {} };

type Leaving = Node<'leaving', { x: number; sign: string }, Promise<number>>;

const withoutTimes = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/<?\d+ms|\d+\.\ds|[\d,.]+\/s/g, '#')
    .replace(/(, #)?(, ETA #)?(?=\n)/g, '');

const one = node('one', ({ x }: { x: number }) => x + 1);
const two = node('two', async ({ one }: { one: number }) => one * 2);
const three = node('three', ({ two }: { two: number }) => two - 1);
const odd = node('odd', ({ x }: { x: number }) => {
  if (x % 4 === 1) throw new RangeError(`${x} is odd`);
  return x;
});
const late = node('late', async ({ odd, x }: { odd: number; x: number }) => {
  await null;
  if (x % 4 === 3) throw new TypeError(`${x} is late`);
  return odd;
});
const never = node('never', ({ x }: { x: number }) => new Promise<number>(() => void x));

const flaky = node('flaky', ({ x }: { x: number }, { attempt, progress }) => {
  progress(attempt, 2);
  if (x % 7 === 3 && attempt === 1) throw new Error(`${x} is busy`);
  return x;
}).with({ retries: { retries: 1, delay: 1 } });
const hasty = node(
  'hasty',
  ({ x }: { x: number }) => new Promise<number>((resolve) => (x % 5 === 2 ? undefined : resolve(x))),
  { timeout: 20 },
);

const xs = Array.from({ length: 30 }, (_, index) => index);
const all = { x: xs };
const over = 'x' as const;

type Play = (callbacks: readonly Callback[]) => Promise<unknown>;

const items = new Pipeline({ name: 'items', nodes: [odd, late] });
const scenes: Record<string, Play> = {
  'synchronous nodes': (callbacks) => new Pipeline({ name: 'sync', nodes: [one], callbacks }).map(all, { over }),
  'asynchronous nodes among others': (callbacks) =>
    new Pipeline({ name: 'mixed', nodes: [one, two, three], callbacks }).map(all, { over }),
  'few at once': (callbacks) =>
    new Pipeline({ name: 'mixed', nodes: [one, two, three], callbacks }).map(all, { over, concurrency: 2 }),
  'some of the nodes': (callbacks) =>
    new Pipeline({ name: 'mixed', nodes: [one, two, three], callbacks }).map(all, { over, outputs: ['two'] }),
  'no items': (callbacks) => new Pipeline({ name: 'sync', nodes: [one], callbacks }).map({ x: [] }, { over }),
  'collected failures': (callbacks) => items.with({ callbacks }).map(all, { over, onError: 'collect' }),
  'a failure': (callbacks) => items.with({ callbacks }).map(all, { over }),
  'an abort': (callbacks) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    return new Pipeline({ name: 'stuck', nodes: [one, never], callbacks }).map(all, { over, signal: abort.signal });
  },
  'nodes that are tried again': (callbacks) =>
    new Pipeline({ name: 'items', nodes: [one, flaky], callbacks }).map(all, { over, concurrency: 1 }),
  'nodes that take too long': (callbacks) =>
    new Pipeline({ name: 'items', nodes: [one, hasty], callbacks }).map(all, { over, onError: 'collect' }),
  'items that take too long': (callbacks) =>
    new Pipeline({ name: 'items', nodes: [one, never], callbacks, timeout: 20 }).map(all, { over, onError: 'collect' }),
  'maps in maps': (callbacks) => {
    const inner = new Pipeline({ name: 'inner', nodes: [one, two] });
    const mapped = inner.asNode({ inputs: { rows: 'x' }, outputs: { two: 'twos' }, mapOver: 'rows' });
    return new Pipeline({ name: 'outer', nodes: [mapped], callbacks }).map(
      { rows: [[1, 2], [], [3]] },
      { over: 'rows' },
    );
  },
};

/** Maps of which a cache knows something beforehand. */
const cached = (
  nodes: readonly unknown[],
  known: readonly number[],
  { options = {}, delayed = false }: { options?: object; delayed?: boolean } = {},
): Play => {
  const p = pipeline.untyped<{ x: number }, Record<string, number>>(nodes as never, { name: 'kept' });
  return async (callbacks) => {
    const cache = delayed ? new LaterCache() : new MemoryCache();
    await p.map({ x: known }, { over, cache, onError: 'collect' });
    await p.map(all, { over, cache, callbacks, onError: 'collect', ...options });
  };
};

const half = xs.slice(0, 15);
const cachedScenes: Record<string, Play> = {
  'nothing is known': cached([one, two, three], []),
  'everything is known': cached([one, two, three], xs),
  'some items are known': cached([one, two, three], half),
  'every other item is known': cached(
    [one, two, three],
    xs.filter((x) => x % 2 === 0),
  ),
  'some nodes are known': cached([one, two.with({ cache: false }), three], xs),
  'failures among what is known': cached([odd, late], half),
  'some of the outputs': cached([one, two, three], half, { options: { outputs: ['two'] } }),
  'one is computed anew': cached([one, two, three], xs, { options: { recompute: ['two'] } }),
  'all are checked': cached([one, two, three], xs, { options: { spotCheck: 1 } }),
  'the cache takes its time': cached([one, two, three], half, { delayed: true }),
  'a map in a pipeline': async (callbacks) => {
    const inner = new Pipeline({ name: 'inner', nodes: [one, two] });
    const outer = new Pipeline({
      name: 'outer',
      nodes: [inner.asNode({ inputs: { row: 'x' }, outputs: { two: 'twos' }, mapOver: 'row' })],
      cache: new MemoryCache(),
    });
    await outer.run({ row: half });
    await outer.run({ row: xs }, { callbacks });
  },
};

async function linesOf(play: Play, extra: readonly Callback[]): Promise<readonly string[]> {
  const log = written();
  await play([new ProgressCallback({ mode: 'plain', stream: log }), ...extra]).catch(() => {});
  return withoutTimes(log.text).split('\n');
}

/** The lines in any order, without how far a map had come: what ends first depends on how busy the machine is. */
const unordered = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/(: \d\d%), .*/, '$1')).toSorted();

describe('maps whose items are only counted', () => {
  it.each(Object.entries(scenes))('tell the same as with events: %s', async (_name, play) => {
    const counted = await linesOf(play, []);
    expect(counted.length).toBeGreaterThan(2);
    expect(unordered(counted)).toEqual(unordered(await linesOf(play, [listener])));
  });

  it.each(Object.entries(cachedScenes))(
    'tell the same as with events where there is a cache: %s',
    async (_name, play) => {
      const counted = await linesOf(play, []);
      expect(counted.length).toBeGreaterThan(2);
      expect(unordered(counted)).toEqual(unordered(await linesOf(play, [listener])));
    },
  );

  it.each([
    ['in threads', { workers: 2, inline: false }],
    ['in threads and here', { workers: 1 }],
  ])('tell the same as with events of what a shared cache knows: %s', async (_name, options) => {
    const engine = new WorkerEngine(options);
    const many = { x: Array.from({ length: 2000 }, (_, index) => index) };
    const ends: (string | undefined)[] = [];
    for (const extra of [[], [listener]]) {
      const folder = mkdtempSync(join(tmpdir(), 'hypernodes-'));
      const kept = new Pipeline({ name: 'kept', nodes: [one, two], cache: new DiskCache(folder) });
      await kept.map({ x: many.x.filter((x) => x % 3 === 0) }, { over });
      const play: Play = (callbacks) => kept.with({ callbacks, engine }).map(many, { over });
      ends.push((await linesOf(play, extra)).at(-2)?.replace(/, [^,]+ saved by the cache/, ''));
      rmSync(folder, { recursive: true });
    }
    await engine.close();
    expect(ends[0]).toBe('kept: done, 2,666 executed, 1,334 from cache, in #');
    expect(ends[1]).toBe(ends[0]);
  });

  it('count what a time-out stopped as failed', async () => {
    const stuck = new Pipeline({ name: 'stuck', nodes: [one, never] });
    const lines = await linesOf((callbacks) => stuck.with({ callbacks }).map(all, { over, timeout: 20 }), []);
    expect(lines.slice(-3, -1)).toEqual([
      expect.stringMatching(/^failed: stuck\[0\] > never: TimeoutError: /),
      'stuck: failed, 30 executed, 0 from cache, 30 failed, in #',
    ]);
  });

  it.each([
    ['some in threads, some here', {}],
    ['all in threads', { inline: false }],
  ])('tell the same as with events at the end: %s', async (_name, options) => {
    const engine = new WorkerEngine({ workers: 1, ...options });
    const mixed = new Pipeline({ name: 'mixed', nodes: [one, odd, three], engine });
    const many = { x: Array.from({ length: 2000 }, (_, index) => index), two: 1 };
    const play: Play = (callbacks) => mixed.with({ callbacks }).map(many, { over, onError: 'collect' });
    const ends: (string | undefined)[] = [];
    for (const extra of [[], [listener]]) ends.push((await linesOf(play, extra)).at(-2));
    await engine.close();
    expect(ends[0]).toBe('mixed: done, 5,000 executed, 0 from cache, 500 failed, in #');
    expect(ends[1]).toBe(ends[0]);
  });

  /** Maps over all items in one thread, gives the sign when the terminal shows something, and tells what it showed last. */
  const leave = async (leaving: Leaving, shown: RegExp): Promise<{ failed: number[]; last: string }> => {
    const folder = mkdtempSync(join(tmpdir(), 'hypernodes-'));
    const sign = join(folder, 'sign');
    const log = Object.assign(written(), { isTTY: true, columns: 100, rows: 30 });
    const callbacks = [new ProgressCallback({ mode: 'terminal', stream: log })];
    const engine = new WorkerEngine({ workers: 1, inline: false });
    const items = new Pipeline({ name: 'items', nodes: [leaving], callbacks, engine });
    const done = items.map({ ...all, sign }, { over, onError: 'collect' });
    await vi.waitFor(() => expect(stripVTControlCharacters(log.text)).toMatch(shown), 20_000);
    writeFileSync(sign, '');
    const failed = (await done).failures.map(({ index }) => index);
    await engine.close();
    rmSync(folder, { recursive: true });
    return { failed, last: stripVTControlCharacters(log.text.slice(log.text.lastIndexOf('items'))) };
  };

  it('are counted while a thread is busy with them, and once when it ends', async () => {
    const leaving = node('leaving', async ({ x, sign }: { x: number; sign: string }) => {
      const { existsSync } = process.getBuiltinModule('node:fs');
      if (x !== 7) return x;
      while (!existsSync(sign)) await new Promise((resolve) => setTimeout(resolve, 5));
      return process.exit(3);
    });
    const { failed, last } = await leave(leaving, /29\/30.* 1\/\d+ active/);
    expect(failed).toEqual([7]);
    expect(last).toContain('29 executed');
  });

  it('are counted once when a chunk goes to another thread because of the one beside it', async () => {
    const leaving = node('leaving', async ({ x, sign }: { x: number; sign: string }) => {
      const { existsSync } = process.getBuiltinModule('node:fs');
      // One in a chunk that has told of its others, and one in the next chunk that ends their thread.
      if (x === 5) while (!existsSync(`${sign}.seen`)) await new Promise((resolve) => setTimeout(resolve, 5));
      if (x !== 29) return x;
      while (!existsSync(sign)) await new Promise((resolve) => setTimeout(resolve, 5));
      process.getBuiltinModule('node:fs').writeFileSync(`${sign}.seen`, '');
      return process.exit(3);
    });
    const { failed, last } = await leave(leaving, /28\/30/);
    expect(failed).toEqual([29]);
    expect(last).toMatch(/1 failed[\s\S]*29 executed/);
  });

  it('show the same final tree', async () => {
    const screens: string[] = [];
    for (const extra of [[], [listener]]) {
      const log = Object.assign(written(), { isTTY: true, columns: 100, rows: 30 });
      const callbacks = [new ProgressCallback({ mode: 'terminal', stream: log }), ...extra];
      await items.with({ callbacks }).map(all, { over, onError: 'collect' });
      screens.push(withoutTimes(log.text.slice(log.text.indexOf('✔'))));
    }
    expect(screens[0]).toContain('30 items');
    expect(screens[0]).toBe(screens[1]);
  });

  it('are counted while they are in progress', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const waiting = node('waiting', async ({ one }: { one: number }) => {
      if (one > 10) await gate;
      return one;
    });
    const log = Object.assign(written(), { isTTY: true, columns: 100, rows: 30 });
    const callbacks = [new ProgressCallback({ mode: 'terminal', stream: log })];
    const done = new Pipeline({ name: 'items', nodes: [one, waiting], callbacks }).map(all, { over, concurrency: 5 });
    await vi.waitFor(() => expect(stripVTControlCharacters(log.text)).toMatch(/10\/30.* 5\/5 active/));
    expect(stripVTControlCharacters(log.text)).toMatch(/waiting +10\/30 +5 running/);
    release();
    await done;
  });

  it('tell a progress callback with a method of its own about every node', async () => {
    const told: string[] = [];
    class Telling extends ProgressCallback {
      override onNodeEnd(...details: Parameters<ProgressCallback['onNodeEnd']>): void {
        super.onNodeEnd(...details);
        told.push(details[0].path);
      }
    }
    const callbacks = [new Telling({ mode: 'plain', stream: written() })];
    await new Pipeline({ name: 'sync', nodes: [one], callbacks }).map({ x: [1, 2] }, { over });
    expect(told).toEqual(['sync[0] > one', 'sync[1] > one']);
  });

  it('paint while they keep the clock from ticking', async () => {
    const log = Object.assign(written(), { isTTY: true, columns: 100, rows: 30 });
    const slow = node('slow', ({ x }: { x: number }) => {
      for (const end = performance.now() + 60; performance.now() < end; );
      return x;
    });
    const callbacks = [new ProgressCallback({ mode: 'terminal', stream: log })];
    await new Pipeline({ name: 'items', nodes: [slow], callbacks }).map({ x: xs.slice(0, 12) }, { over });
    expect(stripVTControlCharacters(log.text)).toMatch(/ [4-9]\/12 /);
  });

  it('go on when the display fails', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', onWarning);
    const display = (): never => {
      throw new Error('no kernel');
    };
    const slow = node('slow', ({ x }: { x: number }) => {
      for (const end = performance.now() + 40; performance.now() < end; );
      return x;
    });
    const callbacks = [new ProgressCallback({ mode: 'notebook', display })];
    const results = await new Pipeline({ name: 'items', nodes: [slow], callbacks }).map(
      { x: xs.slice(0, 12) },
      { over },
    );
    expect(results.column('slow')).toEqual(xs.slice(0, 12));
    await vi.waitFor(() => expect(warnings.join()).toContain('no kernel'));
    process.off('warning', onWarning);
  });
});
