import { describe, expect, it } from 'vitest';
import type { ProviderUnderTest } from './describe-provider.ts';
import { deploy, eventually } from './watched.ts';
import { withProvider } from './with-provider.ts';

/** Where it ran, after a while. */
const where = async (milliseconds: number): Promise<string> => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  globalThis.counter = (globalThis.counter ?? 0) + 1;
  return `${process.pid} ${process.ppid}`;
};

declare global {
  var counter: number | undefined;
}

export function testScaling(make: () => ProviderUnderTest | Promise<ProviderUnderTest>): void {
  describe('scaling', () => {
    const provider = withProvider(make);

    it('starts nothing before the first call', async () => {
      const idle = deploy(provider(), where);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(idle.deployment.status).toEqual({ containers: 0, running: 0, queued: 0 });
      expect(idle.phases).toEqual([]);
    });

    it('uses a container again', async () => {
      const once = deploy(provider(), () => {
        globalThis.counter = (globalThis.counter ?? 0) + 1;
        return globalThis.counter;
      });
      expect([await once.call(), await once.call(), await once.call()]).toEqual([1, 2, 3]);
      expect(once.deployment.status.containers).toBe(1);
    });

    it('starts as many containers as are needed, and no more than it may', async () => {
      const wide = deploy(provider(), where, { scaling: { maxContainers: 2 } });
      const places = await Promise.all(Array.from({ length: 6 }, () => wide.call(300)));
      await eventually('two', () => wide.deployment.status.containers === 2);
      expect(new Set(places).size).toBeLessThanOrEqual(2);
    });

    it('runs several calls in one container if it may', async () => {
      const shared = deploy(
        provider(),
        async () => {
          globalThis.counter = (globalThis.counter ?? 0) + 1;
          const mine = globalThis.counter;
          while (globalThis.counter < 4) await new Promise((resolve) => setTimeout(resolve, 5));
          return mine;
        },
        { scaling: { maxContainers: 1, concurrency: 4 } },
      );
      const results = await Promise.all(Array.from({ length: 4 }, () => shared.call()));
      expect(results).toEqual([1, 2, 3, 4]);
    });

    it('keeps containers ready', async () => {
      const ready = deploy(provider(), () => 1, { scaling: { minContainers: 1, scaledownWindow: 0.1 } });
      await eventually('one is ready', () => ready.deployment.status.containers === 1);
      await ready.call();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(ready.deployment.status.containers).toBe(1);
    });

    it('keeps one more than it needs as a buffer', async () => {
      const buffered = deploy(provider(), () => 1, { scaling: { bufferContainers: 1 } });
      await buffered.call();
      await eventually('two', () => buffered.deployment.status.containers === 2);
    });

    it('ends containers that are idle', async () => {
      const brief = deploy(provider(), () => 1, { scaling: { scaledownWindow: 0.2 } });
      await brief.call();
      await eventually('none is left', () => brief.deployment.status.containers === 0);
      expect(await brief.call()).toBe(1);
    });

    it('closes a deployment when its calls are done', async () => {
      const closing = deploy(provider(), where);
      const last = closing.call(100);
      await closing.deployment.close();
      expect(await last).toMatch(/\d/);
      expect(closing.deployment.status.containers).toBe(0);
      await expect(closing.call(1)).rejects.toMatchObject({ code: 'REMOTE_CANCELLED' });
    });

    it('passes several calls as one batch', async () => {
      const batched = deploy(
        provider(),
        (xs: number[], ys: number[]) => xs.map((x, at) => ({ sum: x + ys[at]!, size: xs.length })),
        { batch: { maxSize: 4, waitMs: 30 }, scaling: { maxContainers: 1 } },
      );
      const results = await Promise.all(Array.from({ length: 6 }, (_, x) => batched.call(x, 10)));
      expect(results).toEqual([10, 11, 12, 13, 14, 15].map((sum, at) => ({ sum, size: at < 4 ? 4 : 2 })));
    });

    it('refuses a batch that gives too little', async () => {
      const short = deploy(provider(), (xs: number[]) => xs.slice(1), { batch: { maxSize: 2, waitMs: 30 } });
      const results = await Promise.allSettled([short.call(1), short.call(2)]);
      for (const result of results) {
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'OUTPUT_BATCH_LENGTH' } });
      }
    });
  });
}
