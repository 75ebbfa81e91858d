import { failuresOf, InputError, node, nodePath, OutputError, Pipeline, pipeline, SyncError } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { thrownAtOnce, thrownBy } from '../thrown-by.ts';
import { later } from '../timing.ts';

const clean = node('cleaned', ({ text }: { text: string }) => text.trim().toLowerCase());
const count = node('wordCount', async ({ cleaned }: { cleaned: string }) => cleaned.split(/\s+/).length);
const perDoc = new Pipeline({ name: 'per_doc', nodes: [count, clean] });

describe('a run', () => {
  it('returns every output', async () => {
    expect(await perDoc.run({ text: ' Hello World ' })).toEqual({ cleaned: 'hello world', wordCount: 2 });
  });

  it('of nothing returns nothing', async () => {
    expect(await pipeline().run({})).toEqual({});
    expect(pipeline().runSync({})).toEqual({});
  });

  it.each([undefined, null, false, '', 0, Number.NaN])('passes %s on like any other value', async (value) => {
    const source = node('value', () => value);
    const slow = node('slow', () => later(value));
    const pair = node('pair', ({ value, slow }: { value: unknown; slow: unknown }) => [value, slow]);
    expect(await pipeline(source, slow, pair).run({})).toEqual({ value, slow: value, pair: [value, value] });
    const given = node('same', ({ x }: { x: unknown }) => [x]);
    expect(await pipeline(given).run({ x: value })).toEqual({ same: [value] });
    expect(await pipeline(given).map({ x: [value] }, { over: 'x' })).toEqual([{ same: [value] }]);
  });

  it('awaits a thenable that is no promise', async () => {
    // biome-ignore lint/suspicious/noThenProperty: what is tested
    const odd = node('odd', () => ({ then: (resolve: (value: number) => void) => resolve(5) }) as never as number);
    expect(await pipeline(odd).run({})).toEqual({ odd: 5 });
    const twice = node('twice', ({ odd }: { odd: number }) => odd * 2, { retries: 1 });
    expect(await pipeline(odd.with({ retries: 1 }), twice).run({})).toEqual({ odd: 5, twice: 10 });
  });

  it('calls each node once', async () => {
    let calls = 0;
    const source = node('source', () => ++calls);
    const consumers = ['a', 'b', 'c'].map((name) =>
      node({ name, inputs: ['source'], run: (inputs: { source: number }) => inputs.source }),
    );
    await pipeline.untyped([...consumers, source]).run({});
    expect(calls).toBe(1);
  });

  it('starts independent nodes side by side', async () => {
    let started = 0;
    const wait = (name: string) =>
      node(name, async () => {
        started++;
        while (started < 3) await later(null);
        return name;
      });
    expect(await pipeline.untyped([wait('a'), wait('b'), wait('c')]).run({})).toEqual({ a: 'a', b: 'b', c: 'c' });
  });

  it('can be repeated and interleaved', async () => {
    const results = await Promise.all(['a', 'a b', 'a b c'].map((text) => perDoc.run({ text })));
    expect(results.map((result) => result.wordCount)).toEqual([1, 2, 3]);
  });

  it('gives plain objects', async () => {
    const result = await perDoc.run({ text: 'a' });
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(Object.keys(result)).toEqual(['wordCount', 'cleaned']);
  });
});

describe('only what is asked for', () => {
  const ran: string[] = [];
  const traced = (name: string, ...inputs: string[]) =>
    node({ name, inputs, run: () => ran.push(name) } as never) as never;
  const all = pipeline.untyped([traced('a', 'x'), traced('b', 'a'), traced('c', 'y'), traced('d', 'c', 'b')]);

  it('runs', async () => {
    ran.length = 0;
    expect(Object.keys(await all.run({ x: 1 }, { outputs: ['b'] }))).toEqual(['b']);
    expect(ran).toEqual(['a', 'b']);
  });

  it('needs its inputs', async () => {
    expect(await thrownBy(() => all.run({ y: 1 }, { outputs: ['b'] }))).toMatchObject({ path: 'x' });
    expect(await thrownBy(() => all.run({}, { outputs: ['d'] }))).toMatchObject({ path: 'x, y' });
  });

  it('may be nothing', async () => {
    ran.length = 0;
    expect(await all.run({}, { outputs: [] })).toEqual({});
    expect(ran).toEqual([]);
  });

  it('must exist', async () => {
    for (const attempt of [
      () => all.run({ x: 1, y: 1 }, { outputs: ['bb'] }),
      () => all.map({ x: [1], y: 1 }, { over: 'x', outputs: ['bb'] }),
      () => all.runSync({ x: 1, y: 1 }, { outputs: ['bb'] }),
      () => all.stream({ x: [1], y: 1 } as never, { over: 'x', outputs: ['bb'] }).next(),
    ]) {
      const error = await thrownBy(attempt);
      expect(error).toMatchObject({ code: 'GRAPH_UNKNOWN_NAME' });
      expect(error.message).toMatch(/'bb'.*Did you mean/);
    }
    expect((await thrownBy(() => all.run({}, { outputs: ['x'] }))).message).toContain('is an input, not an output');
  });
});

describe('where a value comes from', () => {
  const show = node('shown', ({ a = 'default' }: { a?: string }) => a);
  const made = pipeline(show);

  it('given beats bound beats default', async () => {
    expect(await made.run({})).toEqual({ shown: 'default' });
    expect(await made.bind({ a: 'bound' }).run({})).toEqual({ shown: 'bound' });
    expect(await made.bind({ a: 'bound' }).run({ a: 'given' })).toEqual({ shown: 'given' });
  });

  it('an edge beats them all', async () => {
    const a = node('a', () => 'edge');
    expect(await pipeline(show, a).run({})).toEqual({ shown: 'edge', a: 'edge' });
    const inner = made.bind({ a: 'bound' });
    expect(await pipeline(inner, a).run({})).toEqual({ shown: 'edge', a: 'edge' });
  });

  it('is the same inside a nested pipeline', async () => {
    const outer = pipeline(made.bind({ a: 'inner' }));
    expect(await outer.run({})).toEqual({ shown: 'inner' });
    expect(await outer.run({ a: 'given' })).toEqual({ shown: 'given' });
    expect(await outer.bind({ a: 'outer' }).run({})).toEqual({ shown: 'outer' });
    expect(await pipeline(made).run({})).toEqual({ shown: 'default' });
  });

  it('null is a value', async () => {
    expect(await made.bind({ a: 'bound' }).run({ a: null as never })).toEqual({ shown: null });
  });

  it('a required input that is there but undefined is given', async () => {
    const need = node('n', ({ x }: { x: number | undefined }) => String(x));
    expect(await pipeline(need).run({ x: undefined })).toEqual({ n: 'undefined' });
  });

  it('inherited properties are not given', async () => {
    const error = await thrownBy(() => perDoc.run(Object.create({ text: 'a' })));
    expect(error).toMatchObject({ code: 'INPUT_MISSING' });
  });
});

describe('missing inputs', () => {
  const three = pipeline.untyped([
    node({ name: 'n', inputs: ['alpha', 'beta', 'gamma'], run: () => 1 } as never) as never,
  ]);

  it('are named all at once', async () => {
    const error = await thrownBy<InputError>(() => three.run({ beta: 1 }));
    expect(error).toBeInstanceOf(InputError);
    expect(error.code).toBe('INPUT_MISSING');
    expect(error.message).toContain("'alpha', 'gamma'");
  });

  it('are guessed among the extras', async () => {
    const error = await thrownBy(() => three.run({ beta: 1, alhpa: 1, gama: 2, other: 3 }));
    expect(error.message).toContain("Did you mean 'alpha' where you gave 'alhpa'?");
    expect(error.message).toContain("Did you mean 'gamma' where you gave 'gama'?");
    expect(error.message).not.toContain("'other'");
  });

  it('are found before any node runs', async () => {
    let ran = 0;
    const eager = node('eager', () => ++ran);
    await thrownBy(() => pipeline.untyped([eager, ...three.nodes]).run({ alpha: 1 }));
    expect(ran).toBe(0);
  });

  it.each([[null], [7], ['text']])('an object is expected, not %j', async (given) => {
    for (const attempt of [() => three.run(given as never), () => three.runSync(given as never)]) {
      expect(await thrownBy(attempt)).toMatchObject({ code: 'INPUT_MISSING' });
    }
  });

  it('extras alone are ignored', async () => {
    expect(await perDoc.run({ text: 'a', unknown: 1 } as never)).toEqual({ cleaned: 'a', wordCount: 1 });
  });
});

describe('a value for a name that a node produces', () => {
  it('is a conflict', async () => {
    const error = await thrownBy<InputError>(() => perDoc.run({ text: 'a', cleaned: 'b' } as never));
    expect(error).toBeInstanceOf(InputError);
    expect(error.code).toBe('INPUT_CONFLICT');
    expect(error.message).toContain("override: ['cleaned']");
    expect(await thrownBy(() => perDoc.map({ text: ['a'], cleaned: 'b' } as never, { over: 'text' }))).toMatchObject({
      code: 'INPUT_CONFLICT',
    });
  });

  it('replaces the node when the override says so', async () => {
    expect(await perDoc.run({ cleaned: 'x y z' }, { override: ['cleaned'] })).toEqual({
      cleaned: 'x y z',
      wordCount: 3,
    });
    expect(await perDoc.run({ cleaned: 'x y' }, { override: ['cleaned'], outputs: ['wordCount'] })).toEqual({
      wordCount: 2,
    });
  });

  it('replaces one of several outputs only', async () => {
    const pair = node(['a', 'b'], () => ({ a: 1, b: 2 }));
    const sum = node('sum', ({ a, b }: { a: number; b: number }) => a + b);
    expect(await pipeline(pair, sum).run({ a: 10 }, { override: ['a'] })).toEqual({ a: 10, b: 2, sum: 12 });
  });

  it('must be there when the override says so, and be a name of the pipeline', async () => {
    expect(await thrownBy(() => perDoc.run({} as never, { override: ['cleaned'] }))).toMatchObject({
      code: 'INPUT_MISSING',
    });
    expect(await thrownBy(() => perDoc.run({} as never, { override: ['cleand' as never] }))).toMatchObject({
      code: 'GRAPH_UNKNOWN_NAME',
      message: expect.stringContaining("Did you mean 'cleaned'?"),
    });
  });
});

describe('a node that breaks its promise', () => {
  const broken = (result: unknown) => node(['a', 'b'], () => result as { a: number; b: number });

  it.each([
    [{ a: 1 }, 'OUTPUT_MISSING', /did not return 'b'.*returned 'a'/],
    [{}, 'OUTPUT_MISSING', /'a', 'b'/],
    [null, 'OUTPUT_MISSING', /returned null/],
    [5, 'OUTPUT_MISSING', /returned number/],
    [undefined, 'OUTPUT_MISSING', /returned undefined/],
    [[1, 2], 'OUTPUT_MISSING', /'a', 'b'/],
    [{ a: 1, b: 2, c: 3 }, 'OUTPUT_UNEXPECTED', /returned 'c'.*\['a', 'b', 'c'\]/],
  ])('by returning %j is refused', async (result, code, message) => {
    for (const attempt of [
      () => pipeline(broken(result)).run({}),
      () => pipeline(node(['a', 'b'], async () => result as { a: 1; b: 1 })).run({}),
      () => pipeline(broken(result)).runSync({}),
    ]) {
      const error = await thrownBy<OutputError>(attempt);
      expect(error).toBeInstanceOf(OutputError);
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      expect(error.path).toBe('pipeline > a, b');
      expect(nodePath(error)).toBe('pipeline > a, b');
    }
  });
});

describe('runSync', () => {
  it('gives the same without a promise', () => {
    const length = node('length', ({ cleaned }: { cleaned: string }) => cleaned.length);
    expect(pipeline(clean, length).runSync({ text: ' A ' })).toEqual({ cleaned: 'a', length: 1 });
    expect(pipeline(clean, length).runSync({ cleaned: 'xyz' }, { override: ['cleaned'] })).toMatchObject({ length: 3 });
  });

  it('refuses a promise, naming the node, and leaves no rejection behind', async () => {
    const rejects = node('wordCount', async ({ cleaned }: { cleaned: string }) => {
      await later(null);
      throw new Error(cleaned);
    });
    for (const asynchronous of [count, rejects, count.with({ retries: 1 }), rejects.with({ timeout: 50 })]) {
      for (const made of [pipeline(clean, asynchronous), pipeline(pipeline(clean, asynchronous))]) {
        const error = thrownAtOnce<SyncError>(() => made.runSync({ text: 'a' }));
        expect(error).toBeInstanceOf(SyncError);
        expect(error.code).toBe('SYNC_PROMISE');
        expect(error.message).toContain("'wordCount'");
        expect(error.message).toContain('run()');
      }
    }
    await later(null, 5);
  });

  it('runs nested maps', () => {
    const square = pipeline(node('square', ({ x }: { x: number }) => x * x));
    const outer = pipeline(square.asNode({ mapOver: 'x' }));
    expect(outer.runSync({ x: [1, 2, 3] })).toEqual({ square: [1, 4, 9] });
  });
});

describe('a run that collects errors', () => {
  const boom = new Error('boom');
  const bad = node('bad', (): number => {
    throw boom;
  });
  const badLater = node('badLater', async (): Promise<number> => {
    await later(null);
    throw boom;
  });
  const good = node('good', () => later('ok', 2));
  const after = node('after', ({ bad }: { bad: number }) => bad);
  const afterAll = node('afterAll', ({ after, badLater, good }: { after: number; badLater: number; good: string }) => [
    after,
    badLater,
    good,
  ]);
  const afterGood = node('afterGood', ({ good }: { good: string }) => `${good}!`);
  const made = new Pipeline({ name: 'all', nodes: [bad, badLater, good, after, afterAll, afterGood] });

  it('returns what was finished', async () => {
    const result = await made.run({}, { onError: 'collect' });
    expect(result).toEqual({ good: 'ok', afterGood: 'ok!' });
    expect(failuresOf(result)).toEqual([
      { path: 'all > bad', error: boom },
      { path: 'all > badLater', error: boom },
    ]);
  });

  it('returns everything when nothing failed', async () => {
    const result = await pipeline(good, afterGood).run({}, { onError: 'collect' });
    expect(result).toEqual({ good: 'ok', afterGood: 'ok!' });
    expect(failuresOf(result)).toEqual([]);
  });

  it('does the same without promises', () => {
    const result = pipeline(bad, after, clean).runSync({ text: 'A' }, { onError: 'collect' });
    expect(result).toEqual({ cleaned: 'a' });
  });

  it('tells undefined results from failures', async () => {
    const nothing = node('nothing', () => undefined);
    expect(Object.keys(await pipeline(nothing, bad).run({}, { onError: 'collect' }))).toEqual(['nothing']);
  });

  it('leaves out all outputs of a nested pipeline that failed', async () => {
    const inner = new Pipeline({ name: 'inner', nodes: [bad, clean] });
    const result = await pipeline(inner, good).run({ text: 'a' }, { onError: 'collect' });
    expect(result).toEqual({ good: 'ok' });
    expect(failuresOf(result)).toMatchObject([{ error: boom }]);
    expect(nodePath(boom)).toBe('pipeline > inner > bad');
  });

  it('still throws when it cannot start or is aborted', async () => {
    expect(await thrownBy(() => perDoc.run({} as never, { onError: 'collect' }))).toMatchObject({
      code: 'INPUT_MISSING',
    });
    const signal = AbortSignal.timeout(5);
    const stuck = node('stuck', () => later(1, 1000));
    expect(await thrownBy(() => pipeline(stuck).run({}, { onError: 'collect', signal }))).toMatchObject({
      code: 'ABORTED',
    });
  });
});
