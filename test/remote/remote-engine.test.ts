import { join } from 'node:path';
import {
  AbortError,
  type Callback,
  node,
  nodePath,
  Pipeline,
  RemoteError,
  type RunEvent,
  TimeoutError,
} from 'hypernodes';
import { DiskCache, FileCache } from 'hypernodes/cache';
import { WorkerEngine } from 'hypernodes/engines';
import { RemoteEngine, type RemoteEngineOptions, Volume } from 'hypernodes/remote';
import { afterAll, describe, expect, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';
import { localApp } from './local-app.ts';

const { provider, lines, folder } = localApp('unused');
const observer = { onLog: (line: (typeof lines)[number]) => lines.push(line) };
const engines: RemoteEngine[] = [];
function engineWith(options: RemoteEngineOptions = {}): RemoteEngine {
  const engine = new RemoteEngine({ provider, observer, maxContainers: 2, ...options });
  engines.push(engine);
  return engine;
}
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const where = node('where', ({ x }: { x: number }) => ({ x, pid: process.pid }));
const double = node('doubled', ({ x }: { x: number }) => x * 2);
const next = node('next', ({ doubled }: { doubled: number }) => doubled + 1);

class TooOdd extends Error {}

/** The events of a run by path, in the order in which they came. */
function recorder() {
  const told = new Map<string, string[]>();
  const note = (name: string) => (event: RunEvent) => told.set(event.path, [...(told.get(event.path) ?? []), name]);
  const callback: Callback = Object.fromEntries(
    (
      [
        'onPipelineStart',
        'onPipelineEnd',
        'onNodeStart',
        'onNodeEnd',
        'onNodeCached',
        'onNodeError',
        'onMapStart',
        'onMapEnd',
      ] as const
    ).map((name) => [name, note(name)]),
  );
  return { callback, told: () => Object.fromEntries([...told].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

describe('a pipeline with a remote engine', () => {
  const engine = engineWith();

  it('runs in a container, whole: nothing of it is called here', async () => {
    const { where: seen, next: last } = await new Pipeline({ nodes: [where, double, next], engine }).run({ x: 4 });
    expect(last).toBe(9);
    expect(seen.pid).not.toBe(process.pid);
  });

  it('maps over items in several containers, in order', async () => {
    const slow = node('pid', async ({ x }: { x: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return [x, process.pid];
    });
    const map = () => new Pipeline({ nodes: [slow, double], engine }).map({ x: range(60) }, { over: 'x' });
    const results = await map();
    expect(results.column('doubled')).toEqual(range(60).map((x) => x * 2));
    expect(results.stats).toMatchObject({ items: 60, executed: 120, failed: 0 });
    // One of them may be there long before the other.
    await expect.poll(async () => new Set((await map()).column('pid').map((pair) => pair[1])).size).toBe(2);
  });

  it('tells callbacks here of everything, as if it ran here', async () => {
    const inner = new Pipeline({ name: 'inner', nodes: [double, next] });
    const outer = new Pipeline({ name: 'outer', nodes: [where, inner.asNode({})] });
    const [here, away] = [recorder(), recorder()];
    await outer.run({ x: 1 }, { callbacks: [here.callback] });
    await outer.run({ x: 1 }, { callbacks: [away.callback], engine });
    expect(away.told()).toEqual(here.told());
    const [mappedHere, mappedAway] = [recorder(), recorder()];
    await outer.map({ x: range(5) }, { over: 'x', callbacks: [mappedHere.callback] });
    await outer.map({ x: range(5) }, { over: 'x', callbacks: [mappedAway.callback], engine });
    expect(mappedAway.told()).toEqual(mappedHere.told());
  });

  it('tells of events while it runs, not after', async () => {
    const order: string[] = [];
    const first = node('first', ({ x }: { x: number }) => x);
    const second = node('second', async ({ first }: { first: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return first;
    });
    const callback: Callback = { onNodeEnd: ({ node }) => order.push(node) };
    const run = new Pipeline({ nodes: [first, second], engine }).run({ x: 1 }, { callbacks: [callback] });
    await expect.poll(() => order.length, { interval: 5 }).toBe(1);
    order.push('still running');
    await run;
    expect(order).toEqual(['first', 'still running', 'second']);
  });

  it('gives errors with class and path, and collects them in a map', async () => {
    const picky = node('picky', ({ x }: { x: number }) => {
      if (x % 2 === 1) throw new TooOdd(`${x}`);
      return x;
    });
    const p = new Pipeline({ name: 'p', nodes: [picky], engine });
    const error = await thrownBy(() => p.run({ x: 1 }));
    expect(error).toBeInstanceOf(TooOdd);
    expect(nodePath(error)).toBe('p > picky');
    const results = await p.map({ x: range(6) }, { over: 'x', onError: 'collect' });
    expect(results.failures.map(({ index, error }) => [index, nodePath(error)])).toEqual([
      [1, 'p[1] > picky'],
      [3, 'p[3] > picky'],
      [5, 'p[5] > picky'],
    ]);
  });

  it('stops in its container when it is aborted or takes too long', async () => {
    const forever = node('forever', ({ x }: { x: number }): number => {
      for (;;) x++;
    });
    const p = new Pipeline({ nodes: [forever], engine: engineWith({ maxContainers: 1 }) });
    const stop = new AbortController();
    const aborted = thrownBy(() => p.run({ x: 1 }, { signal: stop.signal }));
    setTimeout(() => stop.abort(new Error('enough')), 300);
    expect(await aborted).toBeInstanceOf(AbortError);
    expect(await thrownBy(() => p.run({ x: 1 }, { timeout: 300 }))).toBeInstanceOf(TimeoutError);
    const limited = new Pipeline({ nodes: [forever], engine: engineWith({ timeout: 0.3 }) });
    expect(await thrownBy(() => limited.run({ x: 1 }))).toBeInstanceOf(TimeoutError);
  });

  it('ends a loop without end by the limit of its node, and only that item of a map', async () => {
    const slow = node(
      'slow',
      async ({ x }: { x: number }) => {
        if (x === 2) for (;;);
        await new Promise((resolve) => setTimeout(resolve, 1));
        return x;
      },
      { timeout: 2000 },
    );
    const p = new Pipeline({ name: 'p', nodes: [slow], engine: engineWith({ maxContainers: 1 }) });
    const error = (await thrownBy(() => p.run({ x: 2 }))) as TimeoutError;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toContain('2000 ms');
    expect(nodePath(error)).toBe('p');
    const results = await p.map({ x: range(4) }, { over: 'x', onError: 'collect' });
    expect(results.failures.map(({ index, error, path }) => [index, (error as TimeoutError).code, path])).toEqual([
      [2, 'TIMEOUT', 'p[2]'],
    ]);
    expect(results[3]).toEqual({ slow: 3 });
  });

  it('loses one item of a map when a container is killed', async () => {
    const deadly = node('deadly', ({ x }: { x: number }) => {
      if (x === 7) process.kill(process.pid, 'SIGKILL');
      return x;
    });
    const p = new Pipeline({ nodes: [deadly], engine: engineWith() });
    const results = await p.map({ x: range(20) }, { over: 'x', onError: 'collect' });
    expect(results.failures.map(({ index }) => index)).toEqual([7]);
    expect(results.failures[0]!.error).toBeInstanceOf(RemoteError);
    expect(results.failures[0]!.error).toMatchObject({ code: 'REMOTE_CRASHED' });
    expect(results.column('deadly').filter((x) => x !== undefined)).toEqual(range(20).filter((x) => x !== 7));
  });

  it('streams items as they are done', async () => {
    const seen: unknown[] = [];
    for await (const { value } of new Pipeline({ nodes: [double], engine }).stream({ x: range(5) }, { over: 'x' }))
      seen.push(value?.doubled);
    expect(seen).toEqual([0, 2, 4, 6, 8]);
  });

  it('may be the engine of one stage only', async () => {
    const stage = new Pipeline({ name: 'stage', nodes: [where], engine });
    const local = node('here', ({ where }: { where: { pid: number } }) => [where.pid, process.pid]);
    const { here } = await new Pipeline({ nodes: [stage.asNode({}), local] }).run({ x: 1 });
    expect(here[0]).not.toBe(process.pid);
    expect(here[1]).toBe(process.pid);
  });
});

describe('a cache', () => {
  it('of files on a volume is shared by all containers and later runs', async () => {
    const volume = Volume.fromName('engine-cache', { createIfMissing: true }).at(provider);
    const volumes = { '/hypernodes-engine-cache': volume };
    const cached = () =>
      new Pipeline({
        nodes: [where],
        cache: new FileCache('/hypernodes-engine-cache'),
        engine: engineWith({ volumes }),
      });
    const first = await cached().run({ x: 1 });
    const events = recorder();
    const second = await cached().run({ x: 1 }, { callbacks: [events.callback] });
    expect(second).toEqual(first);
    expect(Object.values(events.told()).flat()).toContain('onNodeCached');
    const results = await cached().map({ x: [1, 2, 1, 2] }, { over: 'x' });
    expect(results[0]).toEqual(first);
  });

  it('on a volume is also that of worker threads in a container', async () => {
    const volume = Volume.fromName('thread-cache', { createIfMissing: true }).at(provider);
    const volumes = { '/hypernodes-thread-cache': volume };
    const cached = () =>
      new Pipeline({
        name: 'outer',
        nodes: [
          new Pipeline({
            name: 'inner',
            nodes: [node('thread', ({ x }: { x: number }) => x + process.pid)],
            cache: new FileCache('/hypernodes-thread-cache'),
            engine: new WorkerEngine({ workers: 1, inline: false }),
          }).asNode({ mapOver: 'x' }),
        ],
        engine: engineWith({ volumes }),
      });
    const first = await cached().run({ x: [1, 2] });
    expect(await volume.list()).not.toEqual([]);
    expect(await cached().run({ x: [1, 2] })).toEqual(first);
  });

  it('of this machine serves runs here and in containers alike', async () => {
    const cache = new DiskCache(join(folder, 'both'));
    const at = new Pipeline({ nodes: [where, double, next], cache });
    const remote = await at.run({ x: 5 }, { engine: engineWith() });
    expect(remote.where.pid).not.toBe(process.pid);
    const here = await at.run({ x: 5 });
    expect(here).toEqual(remote);
    const made = await at.run({ x: 6 });
    expect(await at.run({ x: 6 }, { engine: engineWith() })).toEqual(made);
    await cache.close();
  });
});
