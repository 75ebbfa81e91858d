import { InputError, node, nodePath, PackError, Pipeline, RemoteError, TimeoutError } from 'hypernodes';
import { App, defaultProvider, FunctionCall, Secret, Volume } from 'hypernodes/remote';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';
import { eventually } from './conformance/watched.ts';
import { localApp } from './local-app.ts';

const { app, provider, lines } = localApp('calls');

class Refused extends Error {
  readonly amount: number;
  constructor(amount: number) {
    super(`${amount} refused`);
    this.name = 'Refused';
    this.amount = amount;
  }
}

const add = app.function({ name: 'add' }, (a: number, b = 10) => a + b);
const whereAmI = app.function(() => process.pid);
const count = app.function(async function* (to: number) {
  for (let n = 0; n < to; n++) yield n;
});

describe('a function of an app', () => {
  it('is called here, and in a container', async () => {
    expect(add.local(1)).toBe(11);
    expect(await add.remote(1)).toBe(11);
    expect(await add.remote(1, 2)).toBe(3);
    expect(whereAmI.local()).toBe(process.pid);
    expect(await whereAmI.remote()).not.toBe(process.pid);
  });

  it('is typed end to end', () => {
    expectTypeOf(add.remote).parameters.toEqualTypeOf<[a: number, b?: number | undefined]>();
    expectTypeOf(add.remote).returns.toEqualTypeOf<Promise<number>>();
    expectTypeOf(add.local).returns.toEqualTypeOf<number>();
    expectTypeOf(count.remoteGen(3)).toEqualTypeOf<AsyncGenerator<number, void, undefined>>();
    const later = app.function({ timeout: 5 }, async (text: string) => text.length);
    expectTypeOf(later.remote).parameters.toEqualTypeOf<[text: string]>();
    expectTypeOf(later.remote).returns.toEqualTypeOf<Promise<number>>();
    const lengths = app.function({ batch: { maxSize: 8 } }, (texts: string[]) => texts.map((text) => text.length));
    expectTypeOf(lengths.remote).parameters.toEqualTypeOf<[string]>();
    expectTypeOf(lengths.remote).returns.toEqualTypeOf<Promise<number>>();
    // @ts-expect-error: a text is no number
    void (() => add.remote('one'));
    // @ts-expect-error: there is no such option
    void (() => app.function({ timeouts: 5 }, () => 1));
  });

  it('takes along what it closes over, as it is when it is called', async () => {
    let factor = 2;
    const table = new Map([['offset', 1]]);
    const scaled = app.function((x: number) => x * factor + table.get('offset')!);
    expect(await scaled.remote(10)).toBe(21);
    factor = 3;
    expect(await scaled.remote(10)).toBe(31);
    table.set('offset', 5);
    expect(await scaled.remote(10)).toBe(35);
  });

  it('takes pipelines, and gives what they give', async () => {
    const doubled = node('doubled', ({ x }: { x: number }) => x * 2);
    const inner = new Pipeline({ nodes: [doubled] });
    const outer = app.function((x: number) => inner.run({ x }));
    expect(await outer.remote(21)).toEqual({ doubled: 42 });
    const given = app.function((pipeline: typeof inner, x: number) => pipeline.run({ x }));
    expect(await given.remote(inner, 4)).toEqual({ doubled: 8 });
  });

  it('calls other functions of its app from its container', async () => {
    const inner = app.function({ name: 'inner' }, (x: number) => x + 1);
    const outer = app.function({ name: 'outer' }, (x: number) => inner.local(x) * 2);
    expect(await outer.remote(4)).toBe(10);
  });

  it('has what it prints told with its name', async () => {
    const speak = app.function({ name: 'speak' }, (text: string) => {
      console.log(text);
      console.error(`${text}!`);
    });
    await speak.remote('hello');
    await eventually('two lines', () => lines.filter((line) => line.function === 'speak').length === 2);
    expect(lines.filter((line) => line.function === 'speak')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ app: 'calls', stream: 'stdout', text: 'hello' }),
        expect.objectContaining({ app: 'calls', stream: 'stderr', text: 'hello!' }),
      ]),
    );
  });

  it('throws here what it throws there: class, fields, cause and both stacks', async () => {
    const refuse = app.function((amount: number) => {
      throw new Refused(amount);
    });
    const error = await thrownBy(() => refuse.remote(7));
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({ message: '7 refused', amount: 7 });
    expect((error as Error).stack).toContain('app.test.ts');
  });

  it('tells in which node of its pipeline it failed', async () => {
    const bad = node('bad', ({ x }: { x: number }): number => {
      throw new RangeError(`no ${x}`);
    });
    const run = app.function((x: number) => new Pipeline({ name: 'inside', nodes: [bad] }).run({ x }));
    const error = await thrownBy(() => run.remote(1));
    expect(error).toBeInstanceOf(RangeError);
    expect(nodePath(error)).toBe('inside > bad');
  });

  it('is refused before anything is sent when it holds what cannot travel', async () => {
    const pending = Promise.resolve(1);
    const waits = app.function({ name: 'waits' }, () => pending);
    expect(await thrownBy(() => waits.remote())).toBeInstanceOf(PackError);
    expect(await thrownBy(() => add.remote(new WeakMap() as never))).toMatchObject({ code: 'PACK_UNSUPPORTED' });
    expect(await add.remote(1)).toBe(11);
  });

  it('has what it yields come while it runs, no faster than it is taken', async () => {
    const taken: number[] = [];
    for await (const n of count.remoteGen(5)) taken.push(n);
    expect(taken).toEqual([0, 1, 2, 3, 4]);
    const endless = app.function(function* () {
      for (let n = 0; ; n++) yield n;
    });
    for await (const n of endless.remoteGen()) if (n === 100) break;
    const failing = app.function(function* () {
      yield 1;
      throw new Refused(2);
    });
    const seen: number[] = [];
    const error = await thrownBy(async () => {
      for await (const n of failing.remoteGen()) seen.push(n);
    });
    expect([seen, error]).toEqual([[1], expect.any(Refused)]);
  });

  it('is repeated as often as its policy says, and ended when it takes too long', async () => {
    const never = app.function({ timeout: 0.3, name: 'never' }, () => {
      for (;;);
    });
    expect(await thrownBy(() => never.remote())).toBeInstanceOf(TimeoutError);
    const tries = app.function({ retries: { maxRetries: 2, initialDelay: 0.01 }, name: 'tries' }, () => {
      console.log('try');
      throw new Refused(1);
    });
    expect(await thrownBy(() => tries.remote())).toBeInstanceOf(Refused);
    await eventually('three tries', () => lines.filter((line) => line.function === 'tries').length === 3);
  });

  it('gets several calls at once when it takes batches', async () => {
    const sizes = app.function({ batch: { maxSize: 10, waitMs: 30 }, maxContainers: 1 }, (xs: number[], ys: number[]) =>
      xs.map((x, index) => ({ sum: x + ys[index]!, size: xs.length })),
    );
    const results = await Promise.all(Array.from({ length: 10 }, (_, x) => sizes.remote(x, 1)));
    expect(results.map(({ sum }) => sum)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(Math.max(...results.map(({ size }) => size))).toBeGreaterThan(1);
    expect(await sizes.local(1, 1)).toEqual({ sum: 2, size: 1 });
  });
});

describe('a call that is waited for later', () => {
  const slow = app.function({ name: 'slow' }, async (ms: number) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return 'done';
  });

  it('gives its result, as often as it is asked', async () => {
    const call = await slow.spawn(1000);
    expect(call).toBeInstanceOf(FunctionCall);
    expect(await thrownBy(() => call.get({ timeout: 0 }))).toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining(call.id),
    });
    expect([await call.get(), await call.get({ timeout: 1 })]).toEqual(['done', 'done']);
  });

  it('is found again by its id, in this process', async () => {
    const call = await slow.spawn(20);
    const same = await FunctionCall.fromId<string>(call.id, provider);
    expect(await same.get()).toBe('done');
    expect(await thrownBy(() => FunctionCall.fromId('none', provider))).toMatchObject({ code: 'REMOTE_CANCELLED' });
  });

  it('can be waited for as long as one likes, but no other way', async () => {
    const call = await slow.spawn(50);
    expect(await call.get({ timeout: Number.POSITIVE_INFINITY })).toBe('done');
    const later = await slow.spawn(50);
    expect(await later.get({ timeout: 1e9 })).toBe('done');
    expect(await thrownBy(() => call.get({ timeout: -1 }))).toMatchObject({ code: 'INPUT_INVALID', path: 'timeout' });
  });

  it('can be cancelled', async () => {
    const call = await slow.spawn(60_000);
    await call.cancel();
    const error = await thrownBy(() => call.get());
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ code: 'REMOTE_CANCELLED' });
  });
});

describe('the defaults of an app', () => {
  it('hold for its functions, which may say otherwise', async () => {
    const { app: defaults } = localApp('defaults', {
      env: { A: 'app', B: 'app' },
      secrets: [Secret.fromObject({ KEY: 's' })],
    });
    const see = defaults.function({ env: { B: 'function' } }, () => [process.env.A, process.env.B, process.env.KEY]);
    expect(await see.remote()).toEqual(['app', 'function', 's']);
  });

  it('are joined by secrets and volumes of functions; what is undefined says nothing', async () => {
    const { app: defaults, provider: own } = localApp('joined', {
      secrets: [Secret.fromObject({ ONE: 'app', TWO: 'app' })],
      timeout: 3,
    });
    const volume = Volume.fromName('joined', { createIfMissing: true }).at(own);
    const see = defaults.function(
      {
        secrets: [Secret.fromObject({ TWO: 'function' })],
        volumes: { '/hypernodes-joined/': volume },
        timeout: undefined,
      },
      (text: string) => {
        process.getBuiltinModule('node:fs').writeFileSync('/hypernodes-joined/a.txt', text);
        return [process.env.ONE, process.env.TWO];
      },
    );
    expect(await see.remote('x')).toEqual(['app', 'function']);
    expect(Buffer.from(await volume.get('a.txt')).toString()).toBe('x');
    const endless = defaults.function({ timeout: undefined, name: 'endless' }, () => {
      for (;;);
    });
    expect(await thrownBy(() => endless.remote())).toBeInstanceOf(TimeoutError);
    class Seen {
      env(): unknown {
        return [process.env.ONE, process.env.HERE];
      }
    }
    const seen = defaults.cls({ env: { HERE: 'class' } }, Seen).create();
    expect(await seen.env.remote()).toEqual(['app', 'class']);
  });

  it('leave the environment of this process out', async () => {
    process.env.HYPERNODES_TEST_SECRET = 'mine';
    const see = app.function(() => process.env.HYPERNODES_TEST_SECRET);
    expect(await see.remote()).toBeUndefined();
    for (const all of [
      app.function({ env: { HERE: 'there' } }, () => process.env),
      app.function({ env: { HERE: 'there' } }, () => ({ ...process.env })),
    ]) {
      expect(await all.remote()).toMatchObject({ HERE: 'there' });
      expect(await all.remote()).not.toHaveProperty('HYPERNODES_TEST_SECRET');
    }
    const within = app.function(() => ({ env: process.env, list: 1 }));
    expect((await within.remote()).env).not.toHaveProperty('HYPERNODES_TEST_SECRET');
    const given = app.function(
      { secrets: [Secret.fromEnv('HYPERNODES_TEST_SECRET')] },
      () => process.env.HYPERNODES_TEST_SECRET,
    );
    expect(await given.remote()).toBe('mine');
    delete process.env.HYPERNODES_TEST_SECRET;
    expect(
      await thrownBy(() => app.function({ secrets: [Secret.fromEnv('NOT_SET')] }, () => 1).remote()),
    ).toMatchObject({
      code: 'INPUT_MISSING',
      path: 'NOT_SET',
    });
  });
});

describe('a volume', () => {
  it('is seen by every container, and from here', async () => {
    const volume = Volume.fromName('shared', { createIfMissing: true }).at(provider);
    const write = app.function({ volumes: { '/hypernodes-app-volume': volume } }, (text: string) => {
      process.getBuiltinModule('node:fs').writeFileSync('/hypernodes-app-volume/note.txt', text);
    });
    const read = app.function({ volumes: { '/hypernodes-app-volume': volume } }, () =>
      process.getBuiltinModule('node:fs').readFileSync('/hypernodes-app-volume/note.txt', 'utf8'),
    );
    await write.remote('from a container');
    expect(await read.remote()).toBe('from a container');
    expect(Buffer.from(await volume.get('note.txt')).toString()).toBe('from a container');
    await volume.put('data/more.txt', Buffer.from('from here'));
    expect((await volume.list('data')).map(({ path }) => path)).toEqual(['data/more.txt']);
  });
});

describe('what makes no sense', () => {
  it.each([
    ['timeout', { timeout: 0 }],
    ['memory', { memory: -1 }],
    ['maxContainers', { minContainers: 3, maxContainers: 2 }],
    ['retries.maxRetries', { retries: -1 }],
    ['volumes', { volumes: { cache: Volume.fromName('x') } }],
    ['volumes', { volumes: { '/': Volume.fromName('x') } }],
    ['volumes', { volumes: { '/cache': 'x' as never } }],
    ['image', { image: 'node:22' as never }],
    ['secrets', { secrets: [{ KEY: 'value' }] as never }],
    ['batch.maxSize', { batch: { maxSize: 0 } as never }],
  ])('is told where it is written: %s', async (path, options) => {
    const error = await thrownBy(() => app.function({ ...options, name: 'wrong' }, () => 1));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'INPUT_INVALID', path, message: expect.stringContaining('calls.wrong') });
    class Wrong {}
    expect(await thrownBy(() => app.cls({ ...options, name: 'wrong' }, Wrong))).toMatchObject({ path });
  });

  it('is a name that no provider takes, or no function at all', async () => {
    expect(await thrownBy(() => new App('no spaces'))).toMatchObject({ code: 'INPUT_INVALID', path: 'name' });
    expect(await thrownBy(() => app.function({}, undefined as never))).toMatchObject({ code: 'INPUT_INVALID' });
    process.env.HYPERNODES_PROVIDER = 'moon';
    expect(await thrownBy(() => new App('elsewhere').function(() => 1).remote())).toMatchObject({
      code: 'INPUT_INVALID',
      path: 'HYPERNODES_PROVIDER',
    });
    process.env.HYPERNODES_PROVIDER = '';
    expect((await defaultProvider()).name).toBe('local');
    delete process.env.HYPERNODES_PROVIDER;
  });
});
