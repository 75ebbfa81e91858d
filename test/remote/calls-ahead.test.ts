import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalProvider } from 'hypernodes/remote';
import { afterAll, describe, expect, it } from 'vitest';
import { deploy, eventually, type Watched } from './conformance/watched.ts';

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-ahead-'));
const provider = new LocalProvider({ cacheFolder: join(folder, 'cache'), dataFolder: join(folder, 'data') });
afterAll(async () => {
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});

const range = (count: number, first = 0): number[] => Array.from({ length: count }, (_, index) => first + index);

/** Says which call begins, and waits so many milliseconds, or computes if they are less than 0. */
const work = async (name: string | number, ms: number): Promise<string | number> => {
  if (name !== '') console.log(`${name}`);
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  for (const end = performance.now() - ms; ms < 0 && performance.now() < end; );
  return name;
};

/** Calls that are made one after another, or so many at once, teach it that they are short. */
async function accustomed(containers: number, options: { atOnce?: number; maxContainers?: number } = {}) {
  const { atOnce = 100, maxContainers = containers } = options;
  const watched = deploy(provider, work, { scaling: { maxContainers, minContainers: containers } });
  await eventually('all are there', () => watched.deployment.status.containers === containers);
  for (let n = 0; n < 300; n += atOnce) await Promise.all(range(atOnce).map(() => watched.call('', 0)));
  return watched;
}

/** What began, in order. */
const begun = ({ lines }: Watched): string[] => lines.map(({ text }) => text);

describe('calls that were sent ahead', () => {
  it('do not wait for a long one when another container has time', async () => {
    const watched = await accustomed(2);
    let isLongOver = false;
    const long = watched.call('long', 5000).finally(() => {
      isLongOver = true;
    });
    const short = await Promise.all(range(200).map((x) => watched.call(x, 0)));
    expect(isLongOver).toBe(false);
    expect(short).toEqual(range(200));
    expect(await long).toBe('long');
    expect(begun(watched).sort()).toEqual(['long', ...range(200).map(String)].sort());
  });

  it('have another container started for them when there is room for one', async () => {
    const watched = await accustomed(1, { atOnce: 1, maxContainers: 2 });
    expect(watched.deployment.status.containers).toBe(1);
    let isLongOver = false;
    const long = watched.call('long', 5000).finally(() => {
      isLongOver = true;
    });
    await Promise.all(range(50).map((x) => watched.call(x, 0)));
    expect(isLongOver).toBe(false);
    await long;
    expect(begun(watched).sort()).toEqual(['long', ...range(50).map(String)].sort());
  });

  it('are each begun once, however long those before them take', async () => {
    const watched = await accustomed(2);
    let seed = 20;
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const durations = range(400).map(() => (random() < 0.03 ? 60 : 0) * (random() < 0.5 ? -1 : 1));
    const results = await Promise.all(durations.map((ms, x) => watched.call(x, ms)));
    expect(results).toEqual(range(400));
    await eventually('all lines', () => watched.lines.length >= 400);
    expect(begun(watched).sort()).toEqual(range(400).map(String).sort());
  });

  it('may be cancelled while one before them is busy: they never begin, and it goes on', async () => {
    const watched = await accustomed(1);
    const controller = new AbortController();
    const long = watched.call('long', -1500);
    const waiting = range(5).map((x) =>
      watched.callWith({ signal: controller.signal }, x, 0).catch((error: { code: string }) => error.code),
    );
    await eventually('it runs', () => begun(watched).includes('long'));
    controller.abort();
    expect(await Promise.all(waiting)).toEqual(new Array(5).fill('ABORTED'));
    expect(await long).toBe('long');
    expect(await watched.call('next', 0)).toBe('next');
    expect(begun(watched)).toEqual(['long', 'next']);
  });
});
