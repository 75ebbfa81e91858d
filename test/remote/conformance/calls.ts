import { hash } from 'node:crypto';
import { pack, unpack } from 'hypernodes/pack';
import { currentCall } from 'hypernodes/remote';
import { describe, expect, it } from 'vitest';
import type { ProviderUnderTest } from './describe-provider.ts';
import { deploy, eventually } from './watched.ts';
import { withProvider } from './with-provider.ts';

export function testCalls(make: () => ProviderUnderTest | Promise<ProviderUnderTest>): void {
  describe('calls', () => {
    const provider = withProvider(make);

    it('passes arguments and results of every kind', async () => {
      const same = deploy(provider(), (...args: unknown[]) => args);
      const args = [1, 'two', null, undefined, -0, 10n, new Map([[{ a: 1 }, new Set([2])]]), new Float64Array([0.5])];
      expect(await same.call(...args)).toEqual(args);
      expect(await same.call()).toEqual([]);
    });

    it('runs code elsewhere, with what it closes over', async () => {
      const factor = 7;
      const scale = (x: number): number => x * factor;
      const far = deploy(provider(), async (x: number) => ({ value: scale(x), pid: process.pid }));
      const answer = (await far.call(6)) as { value: number; pid: number };
      expect(answer.value).toBe(42);
      expect(answer.pid).not.toBe(process.pid);
    });

    it('carries large values both ways', async () => {
      const flip = deploy(provider(), (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0xff));
      const bytes = new Uint8Array(5_000_000).map((_, at) => at % 251);
      const flipped = (await flip.call(bytes)) as Uint8Array;
      expect(hash('sha256', flipped)).toBe(
        hash(
          'sha256',
          bytes.map((byte) => byte ^ 0xff),
        ),
      );
    });

    it('streams what is printed by line, with the name of the function', async () => {
      const talk = deploy(
        provider(),
        () => {
          console.log('first\nsecond');
          console.error('third');
          process.stdout.write('äö');
          process.stdout.write('ü\n');
        },
        { name: 'talker' },
      );
      await talk.call();
      await eventually('four lines', () => talk.lines.length === 4);
      expect(talk.lines.map(({ stream, text }) => `${stream}: ${text}`).sort()).toEqual([
        'stderr: third',
        'stdout: first',
        'stdout: second',
        'stdout: äöü',
      ]);
      expect(new Set(talk.lines.map((line) => `${line.app}.${line.function}`))).toEqual(
        new Set(['conformance.talker']),
      );
      expect(talk.lines[0]?.container).toMatch(/./);
    });

    it('gives what a generator yields in order, and what it returns in the end', async () => {
      const count = deploy(provider(), async function* (to: number) {
        for (let n = 0; n < to; n++) yield n;
        return 'done';
      });
      const seen: unknown[] = [];
      const onYield = async (bytes: Uint8Array): Promise<void> => {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(unpack(bytes));
      };
      expect(await count.callWith({ onYield }, 100)).toBe('done');
      expect(seen).toEqual(Array.from({ length: 100 }, (_, n) => n));
    });

    it('lets a generator wait while nobody takes its values', async () => {
      const flood = deploy(provider(), function* () {
        for (let n = 0; n < 1000; n++) {
          console.log(n);
          yield n;
        }
      });
      let release = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        release = resolve;
      });
      let taken = 0;
      const all = flood.callWith({
        onYield: async () => {
          taken++;
          await gate;
        },
      });
      await eventually('the first value', () => taken === 1);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(flood.lines.length).toBeLessThan(100);
      release();
      await all;
      expect(taken).toBe(1000);
    });

    it('refuses a generator where nobody takes values', async () => {
      const count = deploy(provider(), function* counting() {
        yield 1;
      });
      await expect(count.call()).rejects.toMatchObject({ code: 'REMOTE_USER' });
    });

    it('tells code which call it serves', async () => {
      const ask = deploy(
        provider(),
        async () => {
          await new Promise((resolve) => setImmediate(resolve));
          const call = currentCall();
          return { function: call?.function, attempt: call?.attempt, id: call?.id, aborted: call?.signal.aborted };
        },
        { name: 'ask' },
      );
      const { id, ...rest } = (await ask.call()) as { id: string };
      expect(rest).toEqual({ function: 'ask', attempt: 1, aborted: false });
      expect(id).toMatch(/^\S+$/);
      expect(currentCall()).toBeUndefined();
    });

    it('answers many calls, each with its own result', async () => {
      const square = deploy(provider(), (x: number) => x * x);
      const results = await Promise.all(Array.from({ length: 500 }, (_, x) => square.call(x)));
      expect(results).toEqual(Array.from({ length: 500 }, (_, x) => x * x));
      expect(square.deployment.status).toMatchObject({ running: 0, queued: 0 });
    });

    it('finds spawned calls again by their id', async () => {
      const slow = deploy(provider(), async (x: number) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return x + 1;
      });
      const spawned = await slow.deployment.spawn({ args: pack([41]) });
      const again = await provider().attach(spawned.id);
      expect(unpack(await again.result)).toBe(42);
      expect(unpack(await spawned.result)).toBe(42);
      const later = await provider().attach(spawned.id);
      expect(unpack(await later.result)).toBe(42);
    });

    it('knows no calls that were never made', async () => {
      await expect(provider().attach('call-of-nobody')).rejects.toMatchObject({ code: 'REMOTE_CANCELLED' });
    });
  });
}
