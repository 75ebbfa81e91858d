import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, unpack } from 'hypernodes/pack';
import { currentCall, Image, LocalProvider } from 'hypernodes/remote';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { definitionOf } from '../remote/conformance/definitions.ts';
import { deploy, eventually } from '../remote/conformance/watched.ts';

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-faults-'));
const options = { cacheFolder: join(folder, 'cache'), dataFolder: join(folder, 'data') };
const provider = new LocalProvider(options);
afterAll(async () => {
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const failure = (call: Promise<unknown>): Promise<{ code?: string; message: string; cause?: unknown }> =>
  call.then(
    (value) => {
      throw new Error(`it gave ${String(value)}`);
    },
    (error: Error) => error,
  );

describe('a container that is killed', () => {
  it('is a typed error with the signal', async () => {
    const wait = deploy(provider, async () => {
      console.log(`pid ${process.pid}`);
      await new Promise(() => undefined);
    });
    const call = failure(wait.call());
    await eventually('it runs', () => wait.lines.length === 1);
    process.kill(Number(wait.lines[0]!.text.slice(4)), 'SIGKILL');
    expect(await call).toMatchObject({ code: 'REMOTE_CRASHED', message: expect.stringContaining('SIGKILL') });
  });

  it('has its unfinished calls repeated, and no others', async () => {
    const work = deploy(
      provider,
      async (x: number) => {
        console.log(`began ${x} ${process.pid}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        return x;
      },
      { retries: { maxRetries: 1 }, scaling: { maxContainers: 2, concurrency: 2 } },
    );
    const calls = Array.from({ length: 30 }, (_, x) => work.call(x));
    await calls[5];
    const pid = Number(work.lines.at(-1)!.text.split(' ')[2]);
    process.kill(pid, 'SIGKILL');
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 30 }, (_, x) => x));
    const began = work.lines.map(({ text }) => text.split(' ')[1]);
    // At most the two that ran in it were begun again.
    expect(began.length - new Set(began).size).toBeLessThanOrEqual(2);
    expect(work.retries.length).toBeLessThanOrEqual(2);
    for (const { error } of work.retries) expect(error).toMatchObject({ code: 'REMOTE_CRASHED' });
  });

  it('takes none of the calls along that waited in it', async () => {
    // Tiny calls are sent ahead; the one that ends the container is the only one to blame.
    const moody = deploy(
      provider,
      (x: number) => {
        if (x === 700) process.kill(process.pid, 'SIGKILL');
        return x;
      },
      { scaling: { maxContainers: 1 } },
    );
    const results = await Promise.allSettled(Array.from({ length: 1000 }, (_, x) => moody.call(x)));
    const failed = results.flatMap((result, x) => (result.status === 'rejected' ? [x] : []));
    expect(failed).toEqual([700]);
    results.forEach((result, x) => {
      if (result.status === 'fulfilled') expect(result.value).toBe(x);
    });
  });
});

describe('user code', () => {
  it('may print more than anybody reads', async () => {
    const flood = deploy(provider, (count: number) => {
      for (let n = 0; n < count; n++) console.log(`line ${n} ${'x'.repeat(80)}`);
      process.stdout.write('y'.repeat(3_000_000));
      return 'done';
    });
    expect(await flood.call(50_000)).toBe('done');
    await eventually('all lines', () => flood.lines.length >= 50_000);
    expect(flood.lines[49_999]!.text).toMatch(/^line 49999 x/);
  });

  it('may print 100 MB without the end of a line', async () => {
    const flood = deploy(provider, async (way: 'stream' | 'descriptor') => {
      const piece = 'y'.repeat(1_000_000);
      if (way === 'stream') for (let n = 0; n < 100; n++) process.stdout.write(piece);
      else {
        const { spawnSync } = process.getBuiltinModule('node:child_process');
        spawnSync('/bin/sh', ['-c', 'head -c 100000000 /dev/zero'], { stdio: ['ignore', 'inherit', 'ignore'] });
      }
      return way;
    });
    for (const way of ['stream', 'descriptor']) {
      const before = flood.lines.length;
      expect(await flood.call(way)).toBe(way);
      const printed = (): number => flood.lines.slice(before).reduce((sum, { text }) => sum + text.length, 0);
      // The last piece is no line yet.
      await eventually('all of it', () => printed() > 99_000_000);
    }
  });

  it('may fail after its result: that costs nobody anything', async () => {
    const late = deploy(
      provider,
      (fails: boolean) => {
        if (fails) setTimeout(() => Promise.reject(new Error('nobody waits for this')), 20);
        return process.pid;
      },
      { scaling: { maxContainers: 1 } },
    );
    const pid = (await late.call(true)) as number;
    await eventually('it is gone', () => !isAlive(pid));
    expect(await late.call(false)).not.toBe(pid);
  });

  it('may write what looks like the protocol', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const write = deploy(provider, (...bytes: number[]) => {
      process.getBuiltinModule('node:fs').writeSync(4, Uint8Array.from(bytes));
      return bytes.length;
    });
    const magic = [0xf5, 0x48, 0xfa, 0x4e];
    for (const noise of [magic, magic.slice(0, 3), [...magic, ...new Array(500).fill(7)], [...magic, ...magic, 1]])
      expect(await write.call(...noise)).toBe(noise.length);
    warn.mockRestore();
  });

  it('may write to the descriptors of the protocol without breaking the call', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const write = deploy(
      provider,
      (times: number) => {
        const fs = process.getBuiltinModule('node:fs');
        for (let n = 0; n < times; n++) {
          for (const fd of [1, 2, 4]) fs.writeSync(fd, `to ${fd}: ${n}\n`);
          console.log(`log ${n}`);
        }
        return 'done';
      },
      { name: 'writer' },
    );
    expect(await write.call(20)).toBe('done');
    expect(await write.call(1)).toBe('done');
    await eventually('all lines', () => write.lines.length === 21 * 4);
    const warnings = warn.mock.calls.filter(
      ([, detail]) => (detail as { code?: string }).code === 'HYPERNODES_REMOTE_NOISE',
    );
    expect(warnings).toHaveLength(1);
    expect(String(warnings[0]![0])).toContain('conformance.writer');
    warn.mockRestore();
  });

  it('may close the channel, and is told to be gone', async () => {
    const close = deploy(provider, async () => {
      process.getBuiltinModule('node:fs').closeSync(4);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return 1;
    });
    expect(await failure(close.call())).toMatchObject({ code: 'REMOTE_CRASHED' });
  });

  it('may hang for ever after giving its result', async () => {
    const hang = deploy(
      provider,
      () => {
        setImmediate(() => {
          for (;;);
        });
        return 'early';
      },
      { timeout: 1, scaling: { maxContainers: 1 } },
    );
    expect(await hang.call()).toBe('early');
    expect(await failure(hang.call())).toMatchObject({ code: 'TIMEOUT' });
    expect(await hang.call()).toBe('early');
  });

  it('may return what never comes', async () => {
    const hung = deploy(provider, () => new Promise(() => undefined), { timeout: 0.5 });
    expect(await failure(hung.call())).toMatchObject({ code: 'TIMEOUT' });
  });

  it('may crash while it is loaded', async () => {
    const broken = deploy(provider, { create: () => process.exit(9), enter: [], exit: [] }, { kind: 'class' });
    expect(await failure(broken.callWith({ method: 'x' }))).toMatchObject({
      code: 'REMOTE_CRASHED',
      message: expect.stringContaining('exit code 9'),
    });
  });

  it('may fill memory that V8 does not count', async () => {
    const hoard = deploy(
      provider,
      async () => {
        const kept: Buffer[] = [];
        for (;;) {
          kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      },
      { container: { memory: 200 } },
    );
    expect(await failure(hoard.call())).toMatchObject({ code: 'REMOTE_OUT_OF_MEMORY' });
  });

  // How programs are known that leave their group, only Linux shows.
  it.each(process.platform === 'linux' ? [false, true] : [false])(
    'may start programs; they end with their container (detached: %s)',
    async (detached) => {
      const start = deploy(provider, async () => {
        const child = process
          .getBuiltinModule('node:child_process')
          .spawn('sleep', ['1000'], { stdio: 'ignore', detached });
        child.unref();
        return child.pid!;
      });
      const pid = (await start.call()) as number;
      expect(execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' })).toContain('sleep');
      await start.deployment.close();
      await eventually('the program is gone', () => !isAlive(pid));
    },
  );
});

describe('a provider', () => {
  it('ends what is under way when it is closed', async () => {
    const closing = new LocalProvider(options);
    const loop = deploy(closing, () => {
      for (;;);
    });
    const spawned = await loop.deployment.spawn({ args: pack([]) });
    const call = failure(loop.call());
    await eventually('it runs', () => loop.deployment.status.running > 0);
    await closing.close();
    expect(await call).toMatchObject({ code: 'REMOTE_CANCELLED' });
    expect(await failure(spawned.result)).toMatchObject({ code: 'REMOTE_CANCELLED' });
  });

  it('ends what builds an image when it is closed, and leaves nothing of it', async () => {
    const cacheFolder = join(folder, 'cache-of-closed');
    const closing = new LocalProvider({ ...options, cacheFolder });
    const image = Image.node().runCommands('sleep 1000 & echo pid $!; wait').toSpec();
    const lines: string[] = [];
    const deployment = closing.deploy(
      definitionOf(() => 1, { container: { image } }),
      {
        onPhase: ({ detail }) => lines.push(detail ?? ''),
      },
    );
    const call = failure(deployment.call({ args: pack([]) }).result);
    await eventually('it builds', () => lines.some((line) => line.startsWith('pid ')));
    const pid = Number(lines.find((line) => line.startsWith('pid '))!.slice(4));
    await closing.close();
    expect(await call).toMatchObject({ code: 'REMOTE_CANCELLED' });
    await eventually('the command is gone', () => !isAlive(pid));
    expect(readdirSync(join(cacheFolder, 'images'))).toEqual([]);
  });

  it('leaves no folder of containers that were starting when it was closed', async () => {
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    vi.stubEnv('TMPDIR', temporary);
    const closing = new LocalProvider(options);
    const starting = deploy(closing, () => 1, { scaling: { minContainers: 3, maxContainers: 3 } });
    const call = failure(starting.call());
    await eventually('they start', () => starting.phases.includes('starting'));
    await closing.close();
    await call;
    await eventually('all is gone', () => readdirSync(temporary).length === 0);
    vi.unstubAllEnvs();
  });

  it('repeats calls of a function that is to be closed after them', async () => {
    const closing = deploy(
      provider,
      () => {
        const { attempt } = currentCall()!;
        if (attempt < 3) throw new Error(`attempt ${attempt}`);
        return attempt;
      },
      { retries: { maxRetries: 3, initialDelay: 0.05 } },
    );
    const call = closing.call();
    await closing.deployment.close();
    expect(await call).toBe(3);
  });

  it('does its work beside another one in the same process', async () => {
    const others = [new LocalProvider(options), new LocalProvider(options)];
    const calls = others.map((each) => deploy(each, (x: number) => x * 2).deployment.call({ args: pack([4]) }).result);
    expect((await Promise.all(calls)).map((bytes) => unpack(bytes))).toEqual([8, 8]);
    await Promise.all(others.map((each) => each.close()));
  });
});
