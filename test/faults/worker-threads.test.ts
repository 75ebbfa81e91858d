import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbortError, node, Pipeline, RemoteError } from 'hypernodes';
import { WorkerEngine } from 'hypernodes/engines';
import { afterAll, describe, expect, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-threads-'));
const engine = new WorkerEngine({ workers: 2, inline: false });
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps a thread busy for so many milliseconds. */
const spin = (ms: number): void => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};

let notes = 0;
/** A file in which threads note what they do, and what is in it. */
function notebook() {
  const file = join(folder, `notes-${notes++}`);
  writeFileSync(file, '');
  return { file, lines: () => readFileSync(file, 'utf8').split('\n').slice(0, -1) };
}
const note = (file: string, line: unknown): void =>
  process.getBuiltinModule('node:fs').appendFileSync(file, `${String(line)}\n`);

describe('a thread', () => {
  it('that cannot start fails its jobs, and is not started for ever', async () => {
    const tiny = new WorkerEngine({ workers: 1, memory: 1, inline: false });
    const p = new Pipeline({ name: 'p', nodes: [node('same', ({ x }: { x: number }) => x)], engine: tiny });
    expect(await thrownBy(() => p.run({ x: 1 }))).toBeInstanceOf(RemoteError);
    const { failures } = await p.map({ x: range(3) }, { over: 'x', onError: 'collect' });
    expect(failures.map(({ index, error }) => [index, error instanceof RemoteError])).toEqual(
      range(3).map((index) => [index, true]),
    );
    await tiny.close();
  });

  it('that ends with two chunks in it costs nothing but time when its item may be repeated', async () => {
    const { file, lines } = notebook();
    const flag = join(folder, 'ended-once');
    const moody = node(
      'moody',
      ({ x, file, flag }: { x: number; file: string; flag: string }) => {
        note(file, x);
        spin(4);
        const { existsSync, writeFileSync } = process.getBuiltinModule('node:fs');
        if (x === 60 && !existsSync(flag)) {
          writeFileSync(flag, '');
          process.exit(1);
        }
        return x;
      },
      { retries: 1 },
    );
    const one = new WorkerEngine({ workers: 1, inline: false });
    const results = await new Pipeline({ nodes: [moody], engine: one }).map(
      { x: range(120), file, flag },
      { over: 'x' },
    );
    await one.close();
    expect(existsSync(flag)).toBe(true);
    expect(results.column('moody')).toEqual(range(120));
    // At most a chunk was begun anew, none of its items more than once.
    const times = range(120).map((x) => lines().filter((line) => line === String(x)).length);
    expect(Math.max(...times)).toBeLessThanOrEqual(3);
    expect(times.filter((count) => count > 1).length).toBeLessThan(30);
  });

  it('that works for long is not waited for by what another one could do', async () => {
    const ended: number[] = [];
    // Long enough that each is sent alone, short enough that one waits in each thread.
    const uneven = node('uneven', ({ x }: { x: number }) => {
      spin(x === 20 ? 3000 : 25);
      return x;
    });
    const p = new Pipeline({ nodes: [uneven], engine });
    await p.map(
      { x: range(50) },
      {
        over: 'x',
        callbacks: [{ onMapItemEnd: ({ index }) => ended.push(index) }],
      },
    );
    expect(ended).toHaveLength(50);
    expect(ended.at(-1)).toBe(20);
  });

  it('may fail after its result: that costs nobody anything', async () => {
    const late = node('late', ({ x }: { x: number }) => {
      if (x === 1) setTimeout(() => Promise.reject(new Error('nobody waits for this')), 5);
      return x;
    });
    const one = new WorkerEngine({ workers: 1, inline: false });
    const p = new Pipeline({ nodes: [late], engine: one });
    expect(await p.run({ x: 1 })).toEqual({ late: 1 });
    await pause(200);
    expect(await p.run({ x: 2 })).toEqual({ late: 2 });
    await one.close();
  });
});

describe('an engine', () => {
  it.each(['throw', 'collect'] as const)('closed while a map runs ends it (%s)', async (onError) => {
    const { file, lines } = notebook();
    const slow = node(
      'slow',
      ({ x, file }: { x: number; file: string }) => {
        note(file, x);
        spin(20);
        return x;
      },
      { retries: 3 },
    );
    const closing = new WorkerEngine({ workers: 2, inline: false });
    const p = new Pipeline({ name: 'p', nodes: [slow], engine: closing });
    const map = thrownBy(() => p.map({ x: range(500), file }, { over: 'x', onError }));
    for (const end = Date.now() + 60_000; lines().length < 20 && Date.now() < end; ) await pause(10);
    await closing.close();
    const begun = lines().length;
    expect(await map).toMatchObject({ code: 'REMOTE_CANCELLED' });
    await pause(300);
    expect(lines().length).toBe(begun);
    expect(begun).toBeLessThan(400);
  });

  it('closed ends what waits in it, too, and nothing is repeated', async () => {
    const closing = new WorkerEngine({ workers: 1, inline: false });
    const slow = node('slow', ({ x }: { x: number }) => pause(60_000).then(() => x), { retries: 5 });
    const p = new Pipeline({ nodes: [slow], engine: closing });
    const runs = range(5).map((x) => thrownBy(() => p.run({ x })));
    await pause(200);
    await closing.close();
    for (const error of await Promise.all(runs)) expect(error).toMatchObject({ code: 'REMOTE_CANCELLED' });
  });

  it('does several runs and maps at once', async () => {
    const double = node('double', ({ x }: { x: number }) => {
      spin(1);
      return x * 2;
    });
    const square = node('square', ({ x }: { x: number }) => x * x);
    const [first, second] = [new Pipeline({ nodes: [double], engine }), new Pipeline({ nodes: [square], engine })];
    const [doubles, squares, single, other] = await Promise.all([
      first.map({ x: range(300) }, { over: 'x' }),
      second.map({ x: range(300) }, { over: 'x' }),
      first.run({ x: 7 }),
      second.run({ x: 7 }),
    ]);
    expect(doubles.column('double')).toEqual(range(300).map((x) => x * 2));
    expect(squares.column('square')).toEqual(range(300).map((x) => x * x));
    expect([single, other]).toEqual([{ double: 14 }, { square: 49 }]);
  });

  it('has 1,000 runs waiting of which half are aborted in the middle', async () => {
    const slow = node('slow', ({ x }: { x: number }) => pause(2).then(() => x));
    const p = new Pipeline({ nodes: [slow], engine });
    const controller = new AbortController();
    const runs = range(1000).map((x) => p.run({ x }, x % 2 === 1 ? { signal: controller.signal } : {}));
    await runs[100];
    controller.abort();
    const results = await Promise.allSettled(runs);
    results.forEach((result, x) => {
      if (result.status === 'fulfilled') expect(result.value).toEqual({ slow: x });
      else expect([x % 2, result.reason.code]).toEqual([1, 'ABORTED']);
    });
    expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(300);
    expect(await p.run({ x: 7 })).toEqual({ slow: 7 });
  });

  it('is aborted while large chunks are on their way', async () => {
    const same = node('same', ({ x }: { x: Uint8Array }) => x);
    const p = new Pipeline({ nodes: [same], engine });
    const large = range(10).map((value) => new Uint8Array(4_000_000).fill(value));
    for (const ms of [1, 10, 40]) {
      const controller = new AbortController();
      const map = p.map({ x: large }, { over: 'x', signal: controller.signal }).catch((error: unknown) => error);
      setTimeout(() => controller.abort(), ms);
      const outcome = await map;
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(AbortError);
      expect(await p.run({ x: large[3]!.slice(0, 2) })).toEqual({ same: Uint8Array.of(3, 3) });
    }
  });
});
