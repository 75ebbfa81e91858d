import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  AbortError,
  type Callback,
  node,
  nodePath,
  PackError,
  Pipeline,
  RemoteError,
  type RunEvent,
  SyncError,
  stateful,
  TimeoutError,
} from 'hypernodes';
import { DiskCache, MemoryCache } from 'hypernodes/cache';
import { WorkerEngine } from 'hypernodes/engines';
import { afterAll, describe, expect, it } from 'vitest';
import { thrownAtOnce } from '../thrown-by.ts';

const engine = new WorkerEngine({ workers: 2 });
const folder = mkdtempSync(join(tmpdir(), 'hypernodes-'));
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

/** Keeps a thread busy for so many milliseconds, so that sending it away is worth it. */
const spin = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const where = node('thread', ({ x }: { x: number }) => {
  const { threadId } = process.getBuiltinModule('node:worker_threads');
  spin(10);
  return { x, threadId };
});
const double = node('doubled', ({ x }: { x: number }) => {
  spin(3);
  return x * 2;
});
const next = node('next', ({ doubled }: { doubled: number }) => doubled + 1);

class TooOdd extends Error {
  readonly value: number;
  constructor(value: number) {
    super(`${value} is too odd`);
    this.value = value;
  }
}

/** Everything that is told, by path: what happened there, in order, and in what it lies. */
function recorder() {
  const told = new Map<string, string[]>();
  const paths = new Map<number, string>();
  const note = (name: string) => (event: RunEvent & { node?: string; index?: number; cached?: boolean }) => {
    paths.set(event.spanId, event.path);
    const within = event.parentSpanId === undefined ? 'nothing' : paths.get(event.parentSpanId);
    const line = `${name} ${event.depth} ${event.pipeline} ${event.node ?? event.index ?? ''} in ${within}`;
    told.set(event.path, [...(told.get(event.path) ?? []), line]);
  };
  const names = ['onPipelineStart', 'onPipelineEnd', 'onNodeStart', 'onNodeEnd', 'onNodeCached', 'onError'] as const;
  const mapNames = ['onMapStart', 'onMapItemStart', 'onMapItemEnd', 'onMapEnd'] as const;
  const callback = Object.fromEntries([...names, ...mapNames].map((name) => [name, note(name)])) as Callback;
  return { callback, told: () => Object.fromEntries([...told].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

describe('a run with worker threads', () => {
  it('gives what it gives here, from other threads', async () => {
    const p = new Pipeline({ nodes: [where, double, next], engine });
    const { thread, doubled, next: last } = await p.run({ x: 2 });
    expect([doubled, last]).toEqual([4, 5]);
    expect(thread.threadId).toBeGreaterThan(0);
  });

  it('runs independent nodes side by side', async () => {
    const meeting = <const Name extends string>(name: Name, other: string) =>
      node(name, async ({ at }: { at: string }) => {
        const { existsSync, writeFileSync } = process.getBuiltinModule('node:fs');
        writeFileSync(`${at}/${name}`, '');
        for (const end = Date.now() + 30_000; !existsSync(`${at}/${other}`); ) if (Date.now() > end) return 'alone';
        return 'met';
      });
    const p = new Pipeline({ nodes: [meeting('first', 'second'), meeting('second', 'first')], engine });
    expect(await p.run({ at: folder })).toEqual({ first: 'met', second: 'met' });
  });

  it('hands on log lines, progress, attempts and errors', async () => {
    const told: unknown[] = [];
    const flaky = node(
      'flaky',
      ({ x }: { x: number }, { attempt, log, progress, path }) => {
        spin(5);
        log.warn('trying', { attempt });
        progress(attempt, 3);
        if (attempt < 3) throw new TypeError(`attempt ${attempt} in ${path}`);
        return x;
      },
      { retries: 2 },
    );
    const p = new Pipeline({ name: 'p', nodes: [flaky], engine });
    const callback: Callback = {
      onNodeLog: ({ message, level, data }) => told.push([level, message, data]),
      onNodeProgress: ({ done, total }) => told.push([done, total]),
      onNodeRetry: ({ error }) => told.push(String(error)),
    };
    expect(await p.run({ x: 7 }, { callbacks: [callback] })).toEqual({ flaky: 7 });
    expect(told).toEqual([
      ['warn', 'trying', { attempt: 1 }],
      [1, 3],
      'TypeError: attempt 1 in p > flaky',
      ['warn', 'trying', { attempt: 2 }],
      [2, 3],
      'TypeError: attempt 2 in p > flaky',
      ['warn', 'trying', { attempt: 3 }],
      [3, 3],
    ]);
  });

  it('refuses what cannot travel before anything is sent, naming it', async () => {
    const server = createServer();
    const p = new Pipeline({ nodes: [node('port', ({ x }: { x: number }) => [x, server.address()])], engine });
    const error = await p.run({ x: 1 }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(PackError);
    expect(String(error)).toMatch(/server/);
  });

  it('says of a result that cannot travel where in it', async () => {
    const socket = node('socket', () => ({ inner: [new (process.getBuiltinModule('node:net').Socket)()] }));
    const p = new Pipeline({ name: 'p', nodes: [socket], engine });
    const error = (await p.run({}).catch((error: unknown) => error)) as PackError;
    expect(error).toBeInstanceOf(PackError);
    expect(error.path).toBe('result → inner[0]');
    expect(error.message).toMatch(/^p > socket: its result cannot be sent back: cannot pack: result → inner\[0\] /);
    expect(error.message.split('[getState]()')).toHaveLength(2);
  });

  it('is refused by runSync', () => {
    const p = new Pipeline({ nodes: [double], engine });
    const error = thrownAtOnce(() => p.runSync({ x: 1 }));
    expect(error).toBeInstanceOf(SyncError);
    expect(String(error)).toMatch(/workers ×2.*engine: null/);
    expect(p.runSync({ x: 1 }, { engine: null })).toEqual({ doubled: 2 });
  });
});

describe('a map with worker threads', () => {
  it('gives what it gives here, in order, from other threads', async () => {
    const p = new Pipeline({ nodes: [where, double, next], engine });
    const results = await p.map({ x: range(40) }, { over: 'x' });
    expect(results.column('next')).toEqual(range(40).map((x) => x * 2 + 1));
    expect(results.stats).toMatchObject({ items: 40, executed: 120, failed: 0 });
    expect(new Set(results.map(({ thread }) => thread.threadId)).size).toBeGreaterThan(1);
  });

  it('stays here when only its first item takes long', async () => {
    const { threadId } = process.getBuiltinModule('node:worker_threads');
    const idle = new WorkerEngine({ workers: 2 });
    const warming = node('thread', ({ x }: { x: number }) => {
      spin(x === 0 ? 30 : 0);
      return process.getBuiltinModule('node:worker_threads').threadId;
    });
    const results = await new Pipeline({ nodes: [warming], engine: idle }).map({ x: range(20) }, { over: 'x' });
    await idle.close();
    expect(results.column('thread')).toEqual(new Array(20).fill(threadId));
  });

  it('is told of as if it ran here', async () => {
    const inner = new Pipeline({ name: 'inner', nodes: [double, next] });
    const outer = new Pipeline({
      name: 'outer',
      nodes: [inner.asNode({ inputs: { xs: 'x' }, outputs: { next: 'all' }, mapOver: 'xs' })],
    });
    const [here, away] = [recorder(), recorder()];
    const lists = range(12).map((first) => [first, first + 1]);
    await outer.map({ xs: lists }, { over: 'xs', callbacks: [here.callback] });
    await outer.map({ xs: lists }, { over: 'xs', callbacks: [away.callback], engine });
    expect(away.told()).toEqual(here.told());
    expect(Object.keys(away.told())).toContain('outer[11] > inner[1] > next');
  });

  it('tells nested callbacks of their own part, and nothing to a silenced one', async () => {
    const [own, outer] = [recorder(), recorder()];
    const loud = new Pipeline({ name: 'loud', nodes: [double], callbacks: [own.callback] });
    const quiet = new Pipeline({ name: 'quiet', nodes: [next], callbacks: [] });
    const p = new Pipeline({ name: 'p', nodes: [loud, quiet], callbacks: [outer.callback], engine });
    await p.map({ x: range(10) }, { over: 'x' });
    expect(Object.keys(own.told())).toContain('p[9] > loud > doubled');
    expect(Object.keys(outer.told()).filter((path) => path.endsWith('doubled') || path.endsWith('next'))).toEqual([]);
  });

  it('collects failures with their class, path and place', async () => {
    const picky = node('even', ({ x }: { x: number }) => {
      spin(3);
      if (x % 2 === 1) throw new TooOdd(x);
      return x;
    });
    const p = new Pipeline({ name: 'p', nodes: [picky], engine });
    const results = await p.map({ x: range(10) }, { over: 'x', onError: 'collect' });
    expect(results.failures.map(({ index }) => index)).toEqual([1, 3, 5, 7, 9]);
    const { error } = results.failures[1]!;
    expect(error).toBeInstanceOf(TooOdd);
    expect((error as TooOdd).value).toBe(3);
    expect(nodePath(error)).toBe('p[3] > even');
    expect(results[4]).toEqual({ even: 4 });
    await expect(p.map({ x: range(10) }, { over: 'x' })).rejects.toBeInstanceOf(TooOdd);
  });

  it('collects also an error that cannot travel whole', async () => {
    const failing = node('failing', ({ x }: { x: number }) => {
      if (x === 2)
        throw Object.assign(new RangeError('two'), { socket: new (process.getBuiltinModule('node:net').Socket)() });
      return x;
    });
    const everything = new WorkerEngine({ workers: 1, inline: false });
    const p = new Pipeline({ name: 'p', nodes: [failing], engine: everything });
    const results = await p.map({ x: range(20) }, { over: 'x', onError: 'collect' });
    await everything.close();
    expect(results.failures.map(({ index, error }) => [index, String(error)])).toEqual([[2, 'RangeError: two']]);
    expect(results.column('failing', 0).reduce((sum, x) => sum + x, 0)).toBe(188);
  });

  it('shares inputs that all items have in common, and large ones arrive whole', async () => {
    const table = Float64Array.from(range(500_000));
    const p = new Pipeline({
      nodes: [
        node('found', ({ table, x }: { table: Float64Array; x: number }) => {
          spin(3);
          return table[x];
        }),
      ],
      engine,
    });
    const results = await p.map({ table, x: range(50).map((x) => x * 9000) }, { over: 'x' });
    expect(results.column('found')).toEqual(range(50).map((x) => x * 9000));
  });

  it('creates a stateful resource once in each thread', async () => {
    const model = stateful(() => ({ id: Math.random() }), { key: ['model', 'of', 'this', 'test'] });
    const p = new Pipeline({
      nodes: [
        node('id', ({ model, x }: { model: { id: number }; x: number }) => {
          spin(5);
          return model.id + x * 0;
        }),
      ],
      engine,
    }).bind({ model });
    const ids = (await p.map({ x: range(30) }, { over: 'x' })).column('id');
    expect(new Set(ids).size).toBeLessThanOrEqual(3);
    expect(model.created).toBeTypeOf('boolean');
  });

  it('runs nothing twice, whether the cache is in this process or on disk', async () => {
    for (const cache of [new MemoryCache(), new DiskCache(join(folder, 'cache'))]) {
      const p = new Pipeline({ nodes: [double, next], engine, cache });
      const first = await p.map({ x: range(20) }, { over: 'x' });
      const again = await p.map({ x: range(20) }, { over: 'x' });
      const here = await p.map({ x: range(20) }, { over: 'x', engine: null });
      expect([first, again, here].map(({ stats }) => stats.executed)).toEqual([40, 0, 0]);
      expect([...again]).toEqual([...first]);
      await cache.close();
    }
  });
});

describe('what goes wrong in a thread', () => {
  const fragile = node('survived', async ({ x }: { x: number | string }) => {
    if (x === 'exit') process.exit(7);
    if (x === 'throw')
      setTimeout(() => {
        throw new RangeError('later');
      }, 1);
    if (x === 'reject') void Promise.reject(new RangeError('nobody cares'));
    if (x === 'memory') {
      const held: unknown[] = [];
      for (;;) held.push(new Array(1e6).fill(x));
    }
    if (x === 'throw' || x === 'reject') await new Promise(() => {});
    return x;
  });
  const small = new WorkerEngine({ workers: 2, memory: 64, inline: false });
  afterAll(() => small.close());
  const p = new Pipeline({ name: 'p', nodes: [fragile], engine: small });

  it.each([
    ['exit', 'REMOTE_CRASHED', /exit code 7/],
    ['throw', 'REMOTE_CRASHED', /RangeError: later/],
    ['reject', 'REMOTE_CRASHED', /RangeError: nobody cares/],
    ['memory', 'REMOTE_OUT_OF_MEMORY', /ran out of memory.*memory/],
  ] as const)('%s fails only the item that did it', async (what, code, message) => {
    const items = [...range(9), what, ...range(9)];
    const results = await p.map({ x: items }, { over: 'x', onError: 'collect' });
    expect(results.failures.map(({ index }) => index)).toEqual([9]);
    const error = results.failures[0]!.error as RemoteError;
    expect(error).toBeInstanceOf(RemoteError);
    expect([error.code, error.path]).toEqual([code, 'p[9]']);
    expect(error.message).toMatch(message);
    expect(results.filter((_, index) => index !== 9).map((result) => result?.survived)).toEqual([
      ...range(9),
      ...range(9),
    ]);
    // The thread was replaced.
    expect(await p.run({ x: 'well' })).toEqual({ survived: 'well' });
  });

  it('is tried again as often as its policy says', async () => {
    const tries = join(folder, 'tries');
    writeFileSync(tries, '');
    const flaky = node(
      'lasted',
      ({ x, file }: { x: number; file: string }) => {
        const { appendFileSync, readFileSync } = process.getBuiltinModule('node:fs');
        if (x === 3) {
          appendFileSync(file, 'x');
          // Twice at most in a chunk or alone, before it goes well.
          if (readFileSync(file, 'utf8').length < 4) process.exit(7);
        }
        return x;
      },
      { retries: { retries: 3, delay: 1 } },
    );
    const lasting = new Pipeline({ name: 'lasting', nodes: [flaky], engine: small });
    const results = await lasting.map({ x: range(8), file: tries }, { over: 'x' });
    expect(results.column('lasted')).toEqual(range(8));
  });

  it('a loop without end is ended by its time limit', async () => {
    const endless = node(
      'ended',
      ({ x }: { x: number }) => {
        while (x === 4);
        return x;
      },
      { timeout: 300 },
    );
    const loop = new Pipeline({ name: 'loop', nodes: [endless], engine: small });
    const results = await loop.map({ x: range(8) }, { over: 'x', onError: 'collect' });
    expect(results.failures.map(({ index, error }) => [index, error instanceof TimeoutError])).toEqual([[4, true]]);
    const error = await loop.run({ x: 4 }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TimeoutError);
    expect((error as TimeoutError).path).toBe('loop > ended');
  });

  it('an abort answers at once and ends what runs', async () => {
    const controller = new AbortController();
    const started = join(folder, 'started');
    const endless = node('never', async ({ file }: { file: string }) => {
      const { writeFileSync } = process.getBuiltinModule('node:fs');
      writeFileSync(file, '');
      for (;;);
    });
    const loop = new Pipeline({ nodes: [endless], engine: small });
    const run = loop.run({ file: started }, { signal: controller.signal });
    for (const end = Date.now() + 20_000; !existsSync(started) && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort('enough');
    const error = await run.catch((error: unknown) => error);
    expect(error).toBeInstanceOf(AbortError);
    expect((error as AbortError).cause).toBe('enough');
    expect(await p.run({ x: 1 })).toEqual({ survived: 1 });
  });
});

describe('an engine', () => {
  it('that is closed ends what it runs', async () => {
    const closing = new WorkerEngine({ workers: 1 });
    const p = new Pipeline({
      nodes: [
        node('never', async ({ x }: { x: number }) => new Promise<number>((resolve) => setTimeout(resolve, 60_000, x))),
      ],
      engine: closing,
    });
    const run = p.run({ x: 1 }).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await closing.close();
    expect(await run).toMatchObject({ code: 'REMOTE_CANCELLED' });
  });

  it('needs no runtime that tells how busy a thread is', async () => {
    const silent = new WorkerEngine({ workers: 1, inline: false });
    const p = new Pipeline({
      nodes: [
        node('told', ({ x }: { x: number }) => {
          // As on Deno.
          Object.defineProperty(performance, 'eventLoopUtilization', { value: undefined, configurable: true });
          return x;
        }),
      ],
      engine: silent,
    });
    expect(await p.run({ x: 1 })).toEqual({ told: 1 });
    expect((await p.map({ x: range(20) }, { over: 'x' })).column('told')).toEqual(range(20));
    await silent.close();
  });

  it('refuses numbers that mean nothing', () => {
    expect(() => new WorkerEngine({ workers: 0 })).toThrow(/workers is 0/);
    expect(() => new WorkerEngine({ memory: 1.5 })).toThrow(/memory is 1.5/);
  });

  it('that nobody closes does not keep the program alive', async () => {
    const script = join(folder, 'unclosed.mjs');
    const root = fileURLToPath(new URL('../../', import.meta.url));
    writeFileSync(
      script,
      `import { node, Pipeline } from ${JSON.stringify(`${root}dist/index.js`)};
import { WorkerEngine } from ${JSON.stringify(`${root}dist/engines.js`)};
const p = new Pipeline({ nodes: [node('y', ({ x }) => x + 1)], engine: new WorkerEngine({ workers: 1 }) });
console.log(JSON.stringify(await p.run({ x: 1 })));`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 30_000 });
    expect(stdout).toBe('{"y":2}\n');
  });
});
