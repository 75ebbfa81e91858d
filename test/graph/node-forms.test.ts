import { type NodeContext, node, Pipeline, pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { thrownAtOnce } from '../thrown-by.ts';

const names = (unit: { inputs: readonly { name: string; required: boolean }[] }): Record<string, boolean> =>
  Object.fromEntries(unit.inputs.map(({ name, required }) => [name, required]));

describe('a node made of a function', () => {
  it('is still that function', () => {
    const clean = node('cleaned', ({ text }: { text: string }) => text.trim().toLowerCase());
    expect(clean({ text: ' A ' })).toBe('a');
    expect(typeof clean).toBe('function');
    expect(clean instanceof Function).toBe(true);
  });

  it('is called with a usable context outside of a run', () => {
    const seen = node('seen', ({ a = 0 }: { a?: number }, context: NodeContext) => {
      context.log('a line');
      context.log.warn('another');
      context.progress(1, 2);
      return [a, context.attempt, context.signal.aborted, context.path];
    });
    expect(seen()).toEqual([0, 1, false, 'seen']);
  });

  it('may take what it needs out of the context', async () => {
    const events: unknown[] = [];
    const seen = node('seen', ({ a }: { a: number }, { log, progress, signal, path, attempt }: NodeContext) => {
      log.info('a line');
      progress(a, 2);
      return [signal.aborted, path, attempt];
    });
    const watched = new Pipeline({
      name: 'p',
      nodes: [seen],
      callbacks: [{ onNodeProgress: ({ done, total }) => events.push([done, total]) }],
    });
    expect((await watched.run({ a: 1 })).seen).toEqual([false, 'p > seen', 1]);
    expect(events).toEqual([[1, 2]]);
  });

  it('reads names from the destructured parameter', () => {
    async function declared({ a, b }: { a: number; b: number }) {
      return a + b;
    }
    const holder = {
      method({ a }: { a: number }) {
        return a;
      },
    };
    expect(names(node('x', ({ a, b }: { a: number; b: number }) => a + b))).toEqual({ a: true, b: true });
    expect(names(node('x', declared))).toEqual({ a: true, b: true });
    expect(names(node('x', holder.method))).toEqual({ a: true });
    expect(names(node('x', ({ a: renamed }: { a: number }) => renamed))).toEqual({ a: true });
    expect(names(node('x', ({ 'odd-name': odd }: { 'odd-name': number }) => odd))).toEqual({ 'odd-name': true });
    expect(names(node('x', ({ a: { b } }: { a: { b: number } }) => b))).toEqual({ a: true });
    expect(names(node('x', ({ größe, $x, _y }: { größe: 1; $x: 2; _y: 3 }) => größe + $x + _y))).toEqual({
      größe: true,
      $x: true,
      _y: true,
    });
  });

  it('takes a default as an optional input', async () => {
    const greet = node('greeted', ({ who, greeting = 'Hello' }: { who: string; greeting?: string }) => {
      return `${greeting} ${who}`;
    });
    expect(names(greet)).toEqual({ who: true, greeting: false });
    expect(await pipeline(greet).run({ who: 'you' })).toEqual({ greeted: 'Hello you' });
  });

  it('takes defaults that contain code', () => {
    const odd = node('x', ({ a = ((x: number) => ({ y: x }))(1), b = 'a}b,c', c = [1, { d: 2 }] }: Odd) => [a, b, c]);
    expect(names(odd)).toEqual({ a: false, b: false, c: false });
  });
  interface Odd {
    a?: { y: number };
    b?: string;
    c?: unknown[];
  }

  it('has no inputs without parameters', async () => {
    const one = node('one', () => 1);
    expect(one.inputs).toEqual([]);
    expect(await pipeline(one).run({})).toEqual({ one: 1 });
  });

  it('shows its name, inputs, outputs and options', () => {
    const made = node('n', ({ a }: { a: number }) => a, { retries: 2, cache: false, label: 'counting' });
    expect(made.kind).toBe('node');
    expect(made.name).toBe('n');
    expect(made.outputs).toEqual(['n']);
    expect(made.options).toEqual({ retries: 2, cache: false, label: 'counting' });
  });
});

describe('a node with several outputs', () => {
  const stats = node(['mean', 'max'], ({ xs }: { xs: number[] }) => ({
    mean: xs.reduce((a, b) => a + b, 0) / xs.length,
    max: Math.max(...xs),
  }));

  it('produces each of them', async () => {
    expect(stats.outputs).toEqual(['mean', 'max']);
    expect(await pipeline(stats).run({ xs: [1, 2, 3] })).toEqual({ mean: 2, max: 3 });
    expect(await pipeline(stats).run({ xs: [1] }, { outputs: ['max'] })).toEqual({ max: 1 });
  });

  it('feeds each of them to whoever needs it', async () => {
    const spread = node('spread', ({ mean, max }: { mean: number; max: number }) => max - mean);
    expect(await pipeline(spread, stats).run({ xs: [1, 3] }, { outputs: ['spread'] })).toEqual({ spread: 1 });
  });

  it('may be asynchronous', async () => {
    const later = node(['a', 'b'], async () => ({ a: 1, b: undefined }));
    expect(await pipeline(later).run({})).toEqual({ a: 1, b: undefined });
  });
});

describe('a node with explicit inputs', () => {
  it('takes a function whose parameter cannot be read', async () => {
    const add = node({
      name: 'sum',
      inputs: ['a', 'b'],
      run: (inputs: { a: number; b: number }) => inputs.a + inputs.b,
    });
    expect(names(add)).toEqual({ a: true, b: true });
    expect(await pipeline(add).run({ a: 1, b: 2 })).toEqual({ sum: 3 });
  });

  it('takes a bound function', async () => {
    const bound = function (this: { base: number }, { a }: { a: number }) {
      return this.base + a;
    }.bind({ base: 10 });
    expect(await pipeline(node({ name: 'n', inputs: ['a'], run: bound })).run({ a: 1 })).toEqual({ n: 11 });
  });

  it('keeps the options beside the function', () => {
    const made = node({ name: 'n', inputs: ['a'], run: ({ a }: { a: number }) => a, cache: false, version: '2' });
    expect(made.options).toEqual({ cache: false, version: '2' });
  });

  it('keeps a default that the function shows', async () => {
    const made = node({
      name: 'n',
      inputs: ['a', 'b'],
      run: ({ a, b = 2 }: { a: number; b?: number }) => a + b,
    });
    expect(names(made)).toEqual({ a: true, b: false });
    expect(await pipeline(made).run({ a: 1 })).toEqual({ n: 3 });
  });
});

describe('a changed node', () => {
  const count = node('n', ({ a }: { a: number }) => a + 1, { retries: 1 });

  it('is a new one', () => {
    const changed = count.with({ cache: false });
    expect(changed).not.toBe(count);
    expect(changed.options).toEqual({ retries: 1, cache: false });
    expect(count.options).toEqual({ retries: 1 });
    expect(changed({ a: 1 })).toBe(2);
  });

  it('cannot be changed in place', () => {
    expect(() => Object.assign(count.options, { retries: 5 })).toThrow(TypeError);
    expect(() => Object.assign(count, { name: 'other' })).toThrow(TypeError);
    expect(() => Object.assign(count, { kind: 'other' })).toThrow(TypeError);
    expect(count.name).toBe('n');
  });

  it('is renamed on both sides and still called by its new names', async () => {
    const renamed = count.rename({ inputs: { a: 'x' }, outputs: { n: 'm' } });
    expect(renamed.name).toBe('m');
    expect(names(renamed)).toEqual({ x: true });
    expect(renamed({ x: 1 })).toBe(2);
    expect(await pipeline(renamed).run({ x: 4 })).toEqual({ m: 5 });
  });

  it('is renamed more than once', async () => {
    const twice = count.rename({ inputs: { a: 'x' } }).rename({ inputs: { x: 'y' }, outputs: { n: 'k' } });
    expect(await pipeline(twice).run({ y: 1 })).toEqual({ k: 2 });
  });

  it('swaps names', async () => {
    const divide = node('q', ({ a, b }: { a: number; b: number }) => a / b);
    const swapped = divide.rename({ inputs: { a: 'b', b: 'a' } });
    expect(await pipeline(swapped).run({ a: 2, b: 6 })).toEqual({ q: 3 });
  });

  it('is renamed output by output', async () => {
    const pair = node(['a', 'b'], () => ({ a: 1, b: 2 })).rename({ outputs: { b: 'c' } });
    expect(pair.outputs).toEqual(['a', 'c']);
    expect(await pipeline(pair).run({})).toEqual({ a: 1, c: 2 });
  });

  it('refuses a name that it does not have, with the likely one', () => {
    const error = thrownAtOnce(() => count.rename({ inputs: { A: 'x' } } as never));
    expect(error).toMatchObject({ code: 'GRAPH_UNKNOWN_NAME' });
    expect(error.message).toContain("Did you mean 'a'?");
  });

  it('refuses two outputs of one name', () => {
    const pair = node(['a', 'b'], () => ({ a: 1, b: 2 }));
    expect(thrownAtOnce(() => pair.rename({ outputs: { a: 'b' } }))).toMatchObject({ code: 'GRAPH_DUPLICATE_OUTPUT' });
  });
});

describe('names that objects have anyway', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty', '__proto__', 'then'])(
    '%s is a name like others',
    async (name) => {
      const source = node({
        name,
        inputs: ['valueOf'],
        run: (inputs: { valueOf: unknown }) => inputs.valueOf,
      } as never);
      const sink = node({
        name: 'sink',
        inputs: [name],
        run: (inputs: Record<string, unknown>) => inputs[name],
      } as never);
      const made = pipeline.untyped([source, sink]);
      expect(made.inputs).toEqual([{ name: 'valueOf', required: true }]);
      expect(await made.run({ valueOf: 7 }, { outputs: ['sink'] })).toEqual({ sink: 7 });
    },
  );

  it('is not renamed by accident', () => {
    const made = node({ name: 'n', inputs: ['constructor'], run: (inputs: object) => inputs } as never) as never as {
      rename(names: object): { inputs: unknown };
    };
    expect(made.rename({ outputs: { n: 'm' }, inputs: {} }).inputs).toEqual([{ name: 'constructor', required: true }]);
  });

  it('is not taken as given by accident', async () => {
    const made = node({ name: 'n', inputs: ['toString'], run: (inputs: object) => inputs } as never);
    await expect(pipeline.untyped([made]).run({})).rejects.toMatchObject({ code: 'INPUT_MISSING' });
  });

  it('are schemas only where somebody says so', async () => {
    const made = node({
      name: 'n',
      schemas: { constructor: z.number() },
      run: (inputs: object) => inputs.constructor,
    } as never);
    await expect(pipeline.untyped([made]).run({ constructor: 'x' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
