import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbortError, node, PackError, Pipeline } from 'hypernodes';
import { LocalProvider, RemoteEngine } from 'hypernodes/remote';
import { afterAll, describe, expect, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-runs-'));
const options = { cacheFolder: join(folder, 'cache'), dataFolder: join(folder, 'data') };
const observer = { onLog: () => undefined };
const provider = new LocalProvider(options);
const engine = new RemoteEngine({ provider, observer, maxContainers: 2 });
afterAll(async () => {
  await engine.close();
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a remote engine', () => {
  it('does several runs and maps at once', async () => {
    const double = new Pipeline({ nodes: [node('double', ({ x }: { x: number }) => x * 2)], engine });
    const square = new Pipeline({ nodes: [node('square', ({ x }: { x: number }) => x * x)], engine });
    const [doubles, squares, ...singles] = await Promise.all([
      double.map({ x: range(200) }, { over: 'x' }),
      square.map({ x: range(200) }, { over: 'x' }),
      double.run({ x: 7 }),
      square.run({ x: 7 }),
    ]);
    expect(doubles.column('double')).toEqual(range(200).map((x) => x * 2));
    expect(squares.column('square')).toEqual(range(200).map((x) => x * x));
    expect(singles).toEqual([{ double: 14 }, { square: 49 }]);
  });

  it.each(['throw', 'collect'] as const)('ends a map when its provider is closed (%s)', async (onError) => {
    const closing = new LocalProvider(options);
    const slow = node('slow', ({ x }: { x: number }) => pause(50).then(() => x), { retries: 3 });
    const p = new Pipeline({
      nodes: [slow],
      engine: new RemoteEngine({ provider: closing, observer, maxContainers: 2 }),
      concurrency: 4,
    });
    let began = 0;
    const callbacks = [{ onNodeStart: () => void began++ }];
    const map = thrownBy(() => p.map({ x: range(2000) }, { over: 'x', onError, callbacks }));
    await expect.poll(() => began, { interval: 10 }).toBeGreaterThan(10);
    await closing.close();
    expect(await map).toMatchObject({ code: 'REMOTE_CANCELLED' });
  });

  it('fails only the item whose result cannot travel', async () => {
    const given = node('given', ({ x }: { x: number }): unknown => (x === 3 ? [Promise.resolve(x)] : x));
    const p = new Pipeline({ name: 'p', nodes: [given], engine });
    const { failures } = await p.map({ x: range(6) }, { over: 'x', onError: 'collect' });
    expect(failures.map(({ index, path, error }) => [index, path, error instanceof PackError])).toEqual([
      [3, 'p[3]', true],
    ]);
    expect(failures[0]!.error).toMatchObject({ path: 'result → given[0]' });
  });

  it('is aborted while a large input is on its way', async () => {
    const length = node('length', ({ x }: { x: Uint8Array }) => x.length);
    const p = new Pipeline({ nodes: [length], engine });
    const large = new Uint8Array(30_000_000).fill(7);
    for (const ms of [1, 20, 60]) {
      const controller = new AbortController();
      const run = p.run({ x: large }, { signal: controller.signal }).catch((error: unknown) => error);
      setTimeout(() => controller.abort(), ms);
      const outcome = await run;
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(AbortError);
      expect(await p.run({ x: large.slice(0, 2) })).toEqual({ length: 2 });
    }
  });
});
