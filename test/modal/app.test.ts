import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { node, Pipeline } from 'hypernodes';
import { FileCache } from 'hypernodes/cache';
import { ProgressCallback } from 'hypernodes/callbacks';
import { ModalProvider, runOnModal } from 'hypernodes/modal';
import { App, currentCall, FunctionCall, Image, RemoteEngine, Secret, Volume } from 'hypernodes/remote';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';
import { FakeModal } from './fake/fake-modal.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'hypernodes-modal-'));
const silent = { onLog: () => undefined };
let fake: FakeModal;
let provider: ModalProvider;

beforeAll(async () => {
  fake = await FakeModal.start();
  Object.assign(process.env, fake.env());
  provider = new ModalProvider();
});
afterAll(async () => {
  await provider.close();
  await fake.close();
  rmSync(folder, { recursive: true, force: true });
});

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
async function listed<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

/** The containers of a function that run. */
const containersOf = (name: string) => fake.running.filter(({ tags }) => tags['hypernodes-function'] === name);
const containerOf = (name: string) => containersOf(name)[0]!;

/** Holds something to a number of RPCs; tries again, since containers give signs of life and end when they like. */
async function fewRpcs(fewerThan: number, run: () => Promise<void>): Promise<void> {
  const count = async () => {
    fake.rpcs.reset();
    await run();
    return fake.rpcs.total;
  };
  await expect.poll(count).toBeLessThan(fewerThan);
}

describe('functions of an app on Modal', () => {
  it('ask for what they need', async () => {
    fake.addSecret('openai', { OPENAI_API_KEY: 'sk-1' });
    const app = new App('asking', { provider, observer: silent });
    const ask = app.function(
      {
        image: Image.node('22').env({ COLOUR: 'blue' }).runCommands('echo built > /root/built'),
        gpu: 'A100:2',
        cpu: 2,
        memory: 2048,
        region: 'us-east',
        secrets: [Secret.fromName('openai', { requiredKeys: ['OPENAI_API_KEY'] }), Secret.fromObject({ TOKEN: 't' })],
        volumes: { '/asked': Volume.fromName('asked', { createIfMissing: true }) },
      },
      () => [
        process.env.COLOUR,
        process.env.OPENAI_API_KEY,
        process.env.TOKEN,
        process.getBuiltinModule('node:fs').readFileSync('/root/built', 'utf8').trim(),
        process.getBuiltinModule('node:fs').existsSync('/asked'),
      ],
    );
    expect(await ask.remote()).toEqual(['blue', 'sk-1', 't', 'built', true]);
    const [{ plan }] = fake.running.filter(({ plan }) => plan.resources.gpu) as [(typeof fake.running)[number]];
    expect(plan.resources).toMatchObject({ gpu: { type: 'A100', count: 2 }, milliCpu: 2000, memoryMb: 2048 });
    expect(plan.regions).toEqual(['us-east']);
  });

  it('are mapped without an RPC per item, and upload what is known only once', async () => {
    const app = new App('mapping', { provider, observer: silent });
    const table = new Uint8Array(3_000_000);
    const look = app.function({ maxContainers: 2, concurrency: 4 }, (x: number) => x + table.length);
    await look.remote(1);
    await fewRpcs(400, async () => {
      expect(await listed(look.map(range(2000)))).toEqual(range(2000).map((x) => x + 3_000_000));
    });
  });

  it('are mapped without an RPC per item also when items take a millisecond', async () => {
    const app = new App('mapping', { provider, observer: silent });
    const work = app.function({ name: 'work', maxContainers: 2 }, (x: number) => {
      for (const end = performance.now() + 1; performance.now() < end; );
      return x;
    });
    await listed(work.map(range(20)));
    await fewRpcs(250, async () => expect(await listed(work.map(range(1000)))).toEqual(range(1000)));
  });

  it('are called with one RPC once their container is there, and runs of pipelines too', async () => {
    const app = new App('warm', { provider, observer: silent });
    const next = app.function((x: number) => x + 1);
    await using engine = new RemoteEngine({ provider, observer: silent, maxContainers: 1 });
    const p = new Pipeline({
      nodes: [node('one', ({ x }: { x: number }) => x + 1), node('two', ({ one }: { one: number }) => one + 1)],
      engine,
    });
    await next.remote(0);
    await p.run({ x: 0 });
    await fewRpcs(21, async () => {
      for (let x = 0; x < 10; x++) expect(await next.remote(x)).toBe(x + 1);
      for (let x = 0; x < 10; x++) expect(await p.run({ x })).toEqual({ one: x + 1, two: x + 2 });
    });
  });

  it('are repeated in another container when theirs is taken away', async () => {
    let notice = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      notice = resolve;
    });
    const app = new App('taken', { provider, observer: { onLog: notice } });
    const wait = app.function({ name: 'wait', retries: { maxRetries: 1, initialDelay: 0 } }, async () => {
      console.log('started');
      if (currentCall()?.attempt === 1) await new Promise((resolve) => setTimeout(resolve, 60_000));
      return currentCall()?.attempt;
    });
    const call = wait.remote();
    await started;
    containerOf('wait').preempt();
    expect(await call).toBe(2);
  });

  it('see in the other container what they wrote in the one that was taken away', async () => {
    let notice = (): void => undefined;
    const written = new Promise<void>((resolve) => {
      notice = resolve;
    });
    const app = new App('taken', { provider, observer: { onLog: notice } });
    const volume = Volume.fromName('taken', { createIfMissing: true });
    const again = app.function(
      { name: 'again', volumes: { '/taken': volume }, retries: { maxRetries: 1, initialDelay: 0 } },
      async () => {
        const { existsSync, writeFileSync } = process.getBuiltinModule('node:fs');
        if (existsSync('/taken/mark')) return 'seen';
        writeFileSync('/taken/mark', '');
        console.log('written');
        await new Promise((resolve) => setTimeout(resolve, 600_000));
        return 'waited';
      },
    );
    Object.assign(fake.commits, { nowAndThen: false, endMs: 3000 });
    try {
      const call = again.remote();
      await written;
      containerOf('again').preempt();
      expect(await call).toBe('seen');
    } finally {
      Object.assign(fake.commits, { nowAndThen: true, endMs: 0 });
    }
  });

  describe('that are spawned', () => {
    const never = () => new Promise((resolve) => setTimeout(resolve, 600_000));
    const attemptOf = async (lasting: number) => {
      const attempt = currentCall()?.attempt ?? 0;
      if (attempt <= lasting) await never();
      return attempt;
    };
    const spawned = (name: string, maxRetries: number) =>
      new App('respawned', { provider, observer: silent }).function(
        { name, retries: { maxRetries, initialDelay: 0 } },
        attemptOf,
      );
    const other = async <T>(id: string, use: (call: FunctionCall<number>) => Promise<T>): Promise<T> => {
      await using own = new ModalProvider();
      return use(await FunctionCall.fromId<number>(id, own));
    };

    /** Resolves when a call has come to another container. */
    const another = (name: string, one: { readonly id: string }) =>
      expect
        .poll(() => containersOf(name).filter(({ world }) => existsSync(world.path('/hypernodes/job-ready'))))
        .toEqual([expect.not.objectContaining({ id: one.id })]);

    it('are begun anew when their container is taken away, and are found by the same id', async () => {
      const call = await spawned('anew', 2).spawn(2);
      const result = call.get();
      for (const _ of [1, 2]) {
        const container = containerOf('anew');
        container.preempt();
        await another('anew', container);
      }
      expect(await other(call.id, (same) => same.get())).toBe(3);
      expect(await result).toBe(3);
    });

    it('are begun anew no more often than they may', async () => {
      const call = await spawned('often', 1).spawn(9);
      const result = thrownBy(() => call.get());
      const container = containerOf('often');
      container.preempt();
      await another('often', container);
      containerOf('often').preempt();
      expect(await result).toMatchObject({ code: 'REMOTE_CRASHED', message: expect.stringContaining('taken away') });
    });

    it('are not begun anew when another process cancels them, or somebody stops their container', async () => {
      const [one, two] = [await spawned('one', 3).spawn(9), await spawned('two', 3).spawn(9)];
      const results = [one, two].map((call) => thrownBy(() => call.get()));
      await other(one.id, (same) => same.cancel());
      await provider.stop(containerOf('two').id);
      for (const error of await Promise.all(results)) expect(error).toMatchObject({ code: 'REMOTE_CANCELLED' });
      expect([...containersOf('one'), ...containersOf('two')]).toEqual([]);
    });

    it('have their result found while the container that left it is still publishing', async () => {
      await using brief = new ModalProvider({ resultLifetime: 1 });
      Object.assign(fake.commits, { nowAndThen: false, endMs: 4000 });
      try {
        const quick = new App('respawned', { provider: brief, observer: silent }).function(
          { name: 'quick' },
          () => 'result',
        );
        const call = await quick.spawn();
        await expect.poll(() => containersOf('quick')).toEqual([]);
        expect(await other(call.id, (same) => same.get())).toBe('result');
        expect(await call.get()).toBe('result');
      } finally {
        Object.assign(fake.commits, { nowAndThen: true, endMs: 0 });
      }
    });
  });

  it('are spawned, and found again by another process after this one is gone', async () => {
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    symlinkSync(root, join(folder, 'node_modules/hypernodes'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(
      join(folder, 'work.ts'),
      `import { App } from 'hypernodes/remote';
       const app = new App('spawned');
       export const slow = app.function({ name: 'slow' }, async (x: number) => {
         await new Promise((resolve) => setTimeout(resolve, 1500));
         return { x, at: process.cwd() };
       });`,
    );
    const id = await new Promise<string>((done, fail) => {
      const command = [join(root, 'dist/cli.js'), 'run', 'work.ts', '--on', 'modal', '--detach', '--x', '7'];
      execFile(process.execPath, command, { cwd: folder, env: { ...process.env, ...fake.env() } }, (error, stdout) =>
        error ? fail(error) : done(stdout.trim()),
      );
    });
    expect(id).toMatch(/^spawned\/call-/);
    const call = await FunctionCall.fromId<{ x: number }>(id, provider);
    expect(call.outlivesProcess).toBe(true);
    expect(await call.get({ timeout: 100 })).toEqual({ x: 7, at: '/root' });
    expect(
      await thrownBy(() => FunctionCall.fromId('spawned/call-none', provider).then((none) => none.get())),
    ).toMatchObject({
      code: 'REMOTE_CANCELLED',
    });
  });
});

describe('pipelines on Modal', () => {
  const where = node('place', ({ x }: { x: number }) => `${x} ${process.cwd()}`);
  const length = node('length', ({ place }: { place: string }) => place.length);

  it('run whole, and map in chunks over containers', async () => {
    await using engine = new RemoteEngine({ provider, observer: silent, maxContainers: 2 });
    const p = new Pipeline({ nodes: [where, length], engine });
    expect(await p.run({ x: 1 })).toEqual({ place: '1 /root', length: 7 });
    await fewRpcs(150, async () => {
      const results = await p.map({ x: range(500) }, { over: 'x' });
      expect(results.column('place')).toEqual(range(500).map((x) => `${x} /root`));
    });
  });

  it('share a cache on a volume with other containers and with this machine', async () => {
    const volume = Volume.fromName('results', { createIfMissing: true }).at(provider);
    const at = (path: string) => new Pipeline({ name: 'cached', nodes: [where, length], cache: new FileCache(path) });
    const engineOf = () => new RemoteEngine({ provider, observer: silent, volumes: { '/results': volume } });
    {
      await using engine = engineOf();
      await at('/results').run({ x: 1 }, { engine });
    }
    {
      // Another container.
      await using engine = engineOf();
      const again = await at('/results').map({ x: [1] }, { over: 'x', engine });
      expect(again.stats).toMatchObject({ cached: 2, executed: 0 });
    }
    // Computed there, found here: the keys are the same.
    const here = join(folder, 'results');
    await volume.reload();
    const copy = async (path: string): Promise<void> => {
      for (const entry of await volume.list(path)) {
        const target = join(here, entry.path);
        if (entry.kind === 'directory') {
          mkdirSync(target, { recursive: true });
          await copy(entry.path);
        } else writeFileSync(target, await volume.get(entry.path));
      }
    };
    mkdirSync(here, { recursive: true });
    await copy('');
    const found = await at(here).map({ x: [1] }, { over: 'x' });
    expect(found.stats).toMatchObject({ cached: 2, executed: 0 });
    expect(found[0]).toEqual({ place: '1 /root', length: 7 });
  });

  it('find results that were computed on this machine', async () => {
    const here = join(folder, 'computed-here');
    const at = (path: string) => new Pipeline({ name: 'reverse', nodes: [where, length], cache: new FileCache(path) });
    const local = await at(here).map({ x: [1, 2] }, { over: 'x' });
    expect(local.stats).toMatchObject({ executed: 4 });
    const volume = Volume.fromName('reverse', { createIfMissing: true }).at(provider);
    for (const entry of readdirSync(here, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      await volume.put(relative(here, path), readFileSync(path));
    }
    await volume.commit();
    const entries = await volume.list('');
    expect(entries.map(({ path }) => path).sort()).toEqual(readdirSync(here).sort());
    await using engine = new RemoteEngine({ provider, observer: silent, volumes: { '/reverse': volume } });
    const there = await at('/reverse').map({ x: [1, 2] }, { over: 'x', engine });
    expect(there.stats).toMatchObject({ cached: 4, executed: 0 });
    expect(there[0]).toEqual({ place: `1 ${process.cwd()}`, length: `1 ${process.cwd()}`.length });
  });

  it('reach the files of a volume through one container, until they are committed', async () => {
    const volume = Volume.fromName('one-container', { createIfMissing: true }).at(provider);
    const created = fake.sandboxes.size;
    await volume.put('a', 'first');
    await volume.put('b', 'second');
    expect(await volume.list()).toHaveLength(2);
    await volume.commit();
    expect(fake.sandboxes.size).toBe(created + 1);
    const [container] = [...fake.sandboxes.values()].slice(created);
    expect(container!.told).toMatchObject({ exitcode: 0 });
  });

  it('leave their results in the volume when the provider is closed, whenever Modal publishes', async () => {
    Object.assign(fake.commits, { nowAndThen: false, whenSynced: false, whenTerminated: false });
    try {
      const run = async () => {
        await using own = new ModalProvider();
        const volume = Volume.fromName('at-the-end', { createIfMissing: true }).at(own);
        const engine = new RemoteEngine({ provider: own, observer: silent, volumes: { '/end': volume } });
        const p = new Pipeline({ name: 'ending', nodes: [where, length], cache: new FileCache('/end') });
        return (await p.map({ x: [1] }, { over: 'x', engine })).stats;
      };
      expect(await run()).toMatchObject({ executed: 2 });
      expect(await run()).toMatchObject({ cached: 2, executed: 0 });
    } finally {
      Object.assign(fake.commits, { nowAndThen: true, whenSynced: true, whenTerminated: true });
    }
  });

  it('run as a stage on a GPU within a local pipeline, and say where', async () => {
    await using engine = new RemoteEngine({ provider, observer: silent, gpu: 'A100', maxContainers: 4 });
    const stage = new Pipeline({ name: 'stage', nodes: [where], engine });
    const lines: string[] = [];
    const progress = new ProgressCallback({ mode: 'plain', stream: { write: (text: string) => lines.push(text) > 0 } });
    const p = new Pipeline({ name: 'outer', nodes: [stage.asNode(), length], callbacks: [progress] });
    expect(await p.run({ x: 1 })).toMatchObject({ place: '1 /root', length: 7 });
    await progress.flush();
    expect(lines.join('')).toContain('[modal A100 ×4]');
    expect(fake.running.some(({ plan }) => plan.version === 1 && plan.resources.gpu?.type === 'A100')).toBe(true);
  });

  it('go there with one call in a notebook, as functions do', async () => {
    const offset = 10;
    const add = runOnModal(async (x: number) => x + offset, { provider, observer: silent });
    expectTypeOf(add.remote).returns.toEqualTypeOf<Promise<number>>();
    expect(await add.remote(1)).toBe(11);
    await using both = runOnModal(new Pipeline({ nodes: [where, length] }), { provider, observer: silent });
    expectTypeOf(both.remote).parameter(0).toEqualTypeOf<{ x: number }>();
    expect(await both.remote({ x: 12 })).toEqual({ place: '12 /root', length: 8 });
    expect((await both.map({ x: [1, 2] }, { over: 'x' })).column('length')).toEqual([7, 7]);
  });
});

describe('programs of the seed', () => {
  it.each([
    ['option-1-simple.ts', 'Local: { processed: 10, result: 20 }\nRemote: { processed: 10, result: 20 }\n'],
    ['option-3-instances.ts', '{ result: 10 }\n'],
    ['option-5-map.ts', 'Computed 100 results\nSum: 328350\n'],
    ['scenario-b-local-package.ts', "{ short: 'HN' }\n"],
    ['scenario-c-closure.ts', '{ processed: 10, result: 20 }\n'],
  ])('run with --on modal: %s', async (program, expected) => {
    const command = [join(root, 'dist/cli.js'), 'run', join(root, 'examples/seed', program), '--on', 'modal'];
    const env = {
      ...process.env,
      ...fake.env(),
      NO_COLOR: '1',
      TSX_TSCONFIG_PATH: join(root, 'examples/tsconfig.json'),
    };
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: folder, env });
    expect(stdout).toBe(expected);
  });
});

describe('errors on Modal', () => {
  it('say what failed to build, with the log', async () => {
    const app = new App('building', { provider, observer: silent });
    const broken = app.function({ image: Image.node('22').runCommands('echo deep trouble && exit 3') }, () => 1);
    const error = await thrownBy(() => broken.remote());
    expect(error).toMatchObject({ code: 'REMOTE_BUILD' });
    expect(String(error)).toContain('deep trouble');
  });

  it('say that a secret or volume is missing', async () => {
    const app = new App('missing', { provider, observer: silent });
    const noSecret = app.function({ secrets: [Secret.fromName('nobody')] }, () => 1);
    expect(await thrownBy(() => noSecret.remote())).toMatchObject({
      code: 'REMOTE_START',
      message: expect.stringContaining('nobody'),
    });
    const noVolume = app.function({ volumes: { '/v': Volume.fromName('nowhere') } }, () => 1);
    expect(await thrownBy(() => noVolume.remote())).toMatchObject({ code: 'REMOTE_START' });
  });

  it('say that nobody is logged in', async () => {
    const { MODAL_TOKEN_ID, MODAL_TOKEN_SECRET } = process.env;
    delete process.env.MODAL_TOKEN_ID;
    delete process.env.MODAL_TOKEN_SECRET;
    const anonymous = new ModalProvider();
    const app = new App('anonymous', { provider: anonymous, observer: silent });
    const error = await thrownBy(() => app.function(() => 1).remote());
    Object.assign(process.env, { MODAL_TOKEN_ID, MODAL_TOKEN_SECRET });
    expect(error).toMatchObject({ code: 'REMOTE_START' });
    expect(String(error)).toMatch(/MODAL_TOKEN_ID/);
    await anonymous.close();
  });
});

it('leaves no container behind', async () => {
  await provider.close();
  await expect.poll(() => fake.running.length).toBe(0);
});
