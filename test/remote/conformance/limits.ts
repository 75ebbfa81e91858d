import { setMaxListeners } from 'node:events';
import { pack, unpack } from 'hypernodes/pack';
import { currentCall } from 'hypernodes/remote';
import { describe, expect, it } from 'vitest';
import type { ProviderUnderTest } from './describe-provider.ts';
import { deploy, eventually } from './watched.ts';
import { withProvider } from './with-provider.ts';

const endless = (): void => {
  for (;;);
};
/** Waits until it is told to stop, and says so. */
const patient = async (): Promise<void> => {
  const signal = currentCall()?.signal;
  console.log('waiting');
  await new Promise((resolve) => signal?.addEventListener('abort', resolve));
  console.log('told to stop');
};

export function testLimits(make: () => ProviderUnderTest | Promise<ProviderUnderTest>): void {
  describe('limits', () => {
    const provider = withProvider(make);

    it('ends a loop without end when its time is over, and serves the next call', async () => {
      const loop = deploy(
        provider(),
        (isEndless: boolean) => {
          if (isEndless) for (;;);
          return 'quick';
        },
        { timeout: 3, scaling: { maxContainers: 1 } },
      );
      const first = loop.call(true);
      const second = loop.call(false);
      await expect(first).rejects.toMatchObject({
        name: 'TimeoutError',
        code: 'TIMEOUT',
        message: expect.stringContaining('3 s'),
      });
      expect(await second).toBe('quick');
    });

    it('tells code that its time is over', async () => {
      const wait = deploy(provider(), patient, { timeout: 3 });
      await expect(wait.call()).rejects.toMatchObject({ code: 'TIMEOUT' });
      await eventually('the line', () => wait.lines.some(({ text }) => text === 'told to stop'));
    });

    it('counts the limit for each attempt', async () => {
      const slow = deploy(
        provider(),
        async () => {
          if (currentCall()?.attempt === 1) await new Promise(() => undefined);
          return currentCall()?.attempt;
        },
        { timeout: 3, retries: { maxRetries: 1 } },
      );
      expect(await slow.call()).toBe(2);
      expect(slow.retries).toMatchObject([{ attempt: 2, error: { code: 'TIMEOUT' } }]);
    });

    it('cancels a call that runs', async () => {
      const wait = deploy(provider(), patient);
      const call = wait.deployment.call({ args: pack([]) });
      await eventually('it runs', () => wait.lines.some(({ text }) => text === 'waiting'));
      await call.cancel();
      await expect(call.result).rejects.toMatchObject({ name: 'RemoteError', code: 'REMOTE_CANCELLED' });
      await eventually('the line', () => wait.lines.some(({ text }) => text === 'told to stop'));
    });

    it('cancels by a signal, also what does not listen', async () => {
      const loop = deploy(provider(), endless, { scaling: { maxContainers: 1 } });
      const controller = new AbortController();
      const looping = loop.callWith({ signal: controller.signal });
      await eventually('it runs', () => loop.deployment.status.running === 1);
      controller.abort(new Error('enough'));
      await expect(looping).rejects.toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } });
      await eventually('its container is gone', () => loop.deployment.status.containers === 0);
    });

    it('cancels a call that waits for its next attempt: there is none', async () => {
      const failing = deploy(
        provider(),
        () => {
          console.log('tried');
          throw new Error('once more');
        },
        { retries: { maxRetries: 5, initialDelay: 1, backoffCoefficient: 1 } },
      );
      const call = failing.deployment.call({ args: pack([]) });
      await eventually('it waits', () => failing.retries.length === 1);
      await call.cancel();
      await expect(call.result).rejects.toMatchObject({ name: 'RemoteError', code: 'REMOTE_CANCELLED' });
      expect(failing.deployment.status).toMatchObject({ running: 0, queued: 0 });
      // Longer than the pause: time for an attempt that must not come.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(failing.lines.filter(({ text }) => text === 'tried')).toHaveLength(1);
      expect(failing.retries).toHaveLength(1);
    });

    it('starts nothing for a signal that is aborted already', async () => {
      const quick = deploy(provider(), () => 1);
      await expect(quick.callWith({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
      expect(quick.deployment.status).toEqual({ containers: 0, running: 0, queued: 0 });
    });

    it('cancels in the middle of 1,000 queued calls', async () => {
      const slow = deploy(provider(), async (x: number) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        return x;
      });
      const controller = new AbortController();
      // Every call listens to it.
      setMaxListeners(0, controller.signal);
      const calls = Array.from({ length: 1000 }, (_, x) =>
        slow.callWith(x % 2 === 1 ? { signal: controller.signal } : {}, x),
      );
      await calls[100];
      controller.abort();
      const results = await Promise.allSettled(calls);
      results.forEach((result, x) => {
        if (result.status === 'fulfilled') expect(result.value).toBe(x);
        else expect(result.reason).toMatchObject({ code: 'ABORTED' });
      });
      expect(results.filter((_, x) => x % 2 === 0).every(({ status }) => status === 'fulfilled')).toBe(true);
      expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(300);
      expect(await slow.call(7)).toBe(7);
    });

    it('gives every value that was yielded before an error', async () => {
      const wait = deploy(provider(), async function* () {
        yield 1;
        yield 2;
        throw new Error('over');
      });
      const seen: unknown[] = [];
      const all = wait.callWith({
        onYield: async (bytes) => {
          await new Promise((resolve) => setTimeout(resolve, 20));
          seen.push(unpack(bytes));
        },
      });
      await expect(all).rejects.toThrow('over');
      expect(seen).toEqual([1, 2]);
    });
  });
}
