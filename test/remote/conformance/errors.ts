import { node, nodePath, Pipeline } from 'hypernodes';
import { unpack } from 'hypernodes/pack';
import { currentCall } from 'hypernodes/remote';
import { describe, expect, it } from 'vitest';
import type { Capabilities, ProviderUnderTest } from './describe-provider.ts';
import { deploy } from './watched.ts';
import { withProvider } from './with-provider.ts';

class QuotaError extends Error {
  override readonly name = 'QuotaError';
  readonly limit: number;
  constructor(message: string, limit: number, options?: ErrorOptions) {
    super(message, options);
    this.limit = limit;
  }
}

const thrown = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => {
      throw new Error(`it gave ${String(value)} instead of failing`);
    },
    (error: unknown) => error,
  );

export function testErrors(
  make: () => ProviderUnderTest | Promise<ProviderUnderTest>,
  { memoryLimit }: Capabilities,
): void {
  describe('errors', () => {
    const provider = withProvider(make);

    it('brings an error home as what it was', async () => {
      const fail = deploy(provider(), function failing() {
        throw new QuotaError('too much', 7, { cause: new RangeError('inner') });
      });
      const error = await thrown(fail.call());
      expect(error).toBeInstanceOf(QuotaError);
      expect(error).toMatchObject({ name: 'QuotaError', message: 'too much', limit: 7 });
      expect((error as Error).cause).toBeInstanceOf(RangeError);
      // The user's own file and function.
      expect((error as Error).stack).toMatch(/at (Object\.)?failing .*errors\.ts:\d+/);
    });

    it('brings home what is no error, too', async () => {
      const fail = deploy(provider(), (what: unknown) => {
        throw what;
      });
      expect(await thrown(fail.call('text'))).toBe('text');
      expect(await thrown(fail.call(undefined))).toBeUndefined();
    });

    it('says what it can of an error that cannot travel', async () => {
      const fail = deploy(provider(), () => {
        throw Object.assign(new TypeError('odd'), { waits: new Promise(() => undefined), size: 3 });
      });
      expect(await thrown(fail.call())).toMatchObject({ name: 'TypeError', message: 'odd', size: 3 });
    });

    it('names the node of a pipeline that failed', async () => {
      const inner = new Pipeline({
        name: 'inner',
        nodes: [
          node('broken', ({ x }: { x: number }) => {
            throw new RangeError(`not ${x}`);
          }),
        ],
      });
      const run = deploy(provider(), (x: number) => inner.run({ x }));
      const error = await thrown(run.call(1));
      expect(error).toBeInstanceOf(RangeError);
      expect(nodePath(error)).toBe('inner > broken');
      expect((error as Error).stack?.match(/in node inner > broken/g)).toHaveLength(1);
    });

    it('refuses a result that cannot travel, and says where in it', async () => {
      const give = deploy(provider(), () => ({ items: [{ waits: Promise.resolve(1) }] }));
      const error = await thrown(give.call());
      expect(error).toMatchObject({ name: 'PackError', code: 'PACK_UNSUPPORTED' });
      expect((error as Error).message).toMatch(/items.*waits/);
    });

    it('goes on after an error', async () => {
      const moody = deploy(provider(), (x: number) => {
        if (x < 0) throw new Error('negative');
        return Math.sqrt(x);
      });
      const results = await Promise.allSettled([moody.call(4), moody.call(-1), moody.call(9)]);
      expect(results.map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
        2,
        'failed',
        3,
      ]);
    });

    it('tells of a container that ended itself', async () => {
      const leave = deploy(provider(), () => process.exit(3));
      const error = await thrown(leave.call());
      expect(error).toMatchObject({ name: 'RemoteError', code: 'REMOTE_CRASHED' });
      expect((error as Error).message).toMatch(/exit code 3.*process\.exit/);
    });

    it('tells of a container that was killed, by which signal', async () => {
      const die = deploy(provider(), async () => {
        process.kill(process.pid, 'SIGKILL');
        await new Promise(() => undefined);
      });
      const error = await thrown(die.call());
      expect(error).toMatchObject({ name: 'RemoteError' });
      expect((error as Error).message).toMatch(/SIGKILL|137|memory/);
    });

    it('tells what nothing caught in the background', async () => {
      const reject = deploy(provider(), async () => {
        void Promise.reject(new RangeError('in the background'));
        await new Promise(() => undefined);
      });
      const error = await thrown(reject.call());
      expect(error).toMatchObject({ code: 'REMOTE_CRASHED', cause: { message: 'in the background' } });
      expect((error as Error).cause).toBeInstanceOf(RangeError);
    });

    it('repeats a call as often as it may', async () => {
      const flaky = deploy(
        provider(),
        async () => {
          const attempt = currentCall()?.attempt ?? 0;
          if (attempt < 3) throw new Error(`attempt ${attempt}`);
          return attempt;
        },
        { retries: { maxRetries: 2 } },
      );
      expect(await flaky.call()).toBe(3);
      expect(flaky.retries.map(({ attempt, error }) => `${attempt}: ${(error as Error).message}`)).toEqual([
        '2: attempt 1',
        '3: attempt 2',
      ]);
    });

    it('gives the last error when all attempts failed', async () => {
      const never = deploy(
        provider(),
        async () => {
          throw new Error(`attempt ${currentCall()?.attempt}`);
        },
        { retries: { maxRetries: 1 } },
      );
      await expect(never.call()).rejects.toThrow('attempt 2');
    });

    it('does not repeat a generator that gave values', async () => {
      const breaking = deploy(
        provider(),
        async function* () {
          yield 1;
          throw new Error('broken off');
        },
        { retries: { maxRetries: 3 } },
      );
      const seen: unknown[] = [];
      const all = breaking.callWith({ onYield: (bytes) => void seen.push(unpack(bytes)) });
      await expect(all).rejects.toThrow('broken off');
      expect(seen).toEqual([1]);
    });

    it.runIf(memoryLimit !== undefined)('names running out of memory', async () => {
      const hoard = deploy(
        provider(),
        () => {
          const kept: unknown[] = [];
          for (;;) kept.push(new Array(10_000).fill({ n: kept.length }).map((item) => ({ ...item })));
        },
        { container: { memory: memoryLimit } },
      );
      const error = await thrown(hoard.call());
      expect(error).toMatchObject({ code: 'REMOTE_OUT_OF_MEMORY' });
      expect((error as Error).message).toContain(`${memoryLimit} MiB`);
    });
  });
}
