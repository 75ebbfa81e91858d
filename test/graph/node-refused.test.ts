import { GraphError, node } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { thrownAtOnce } from '../thrown-by.ts';

const loose = node as (...given: unknown[]) => unknown;

describe('a function whose inputs cannot be read', () => {
  const unreadable: [string, Function, RegExp][] = [
    ['an undestructured parameter', (inputs: { a: number }) => inputs.a, /'inputs' is not destructured/],
    ['a rest element', ({ a, ...others }: { a: number; b: number }) => [a, others], /rest element '\.\.\.others'/],
    ['a rest parameter', (...all: unknown[]) => all, /rest element/],
    ['a computed key', ({ [`a${1}`]: a }: Record<string, number>) => a, /computed key/],
    ['a list pattern', ([first]: number[]) => first, /not destructured/],
    ['a bound function', (({ a }: { a: number }) => a).bind(null), /bound or native/],
    ['a native function', Math.max, /bound or native/],
    ['a class', class A {}, /class/],
    [
      'a function that reads arguments',
      function () {
        // biome-ignore lint/complexity/noArguments: what is refused
        return arguments[0];
      },
      /arguments/,
    ],
  ];

  it.each(unreadable)('%s is refused with the explicit form', (_what, run, reason) => {
    const error = thrownAtOnce<GraphError>(() => loose('count', run));
    expect(error).toBeInstanceOf(GraphError);
    expect(error.code).toBe('GRAPH_UNREADABLE_INPUTS');
    expect(error.message).toMatch(reason);
    expect(error.message).toContain("node 'count'");
    expect(error.message).toContain("node({ name: 'count', inputs: ['…'], run: fn })");
    expect(error.hint).toBeDefined();
  });

  it.each(unreadable)('%s is accepted with explicit names', (_what, run) => {
    const made = loose({ name: 'count', inputs: ['a'], run }) as { inputs: unknown };
    expect(made.inputs).toEqual([{ name: 'a', required: true }]);
  });
});

describe('what is no node', () => {
  it.each([
    ['no function', ['n'], /expected a function, found undefined.*node\('n'/],
    ['null as function', ['n', null], /found null/],
    ['a string as function', ['n', 'fn'], /found string/],
    ['an empty name', ['', () => 1], /output name is ""/],
    ['no name', [undefined, () => 1], /output name is undefined/],
    ['a number as name', [7, () => 1], /output name is 7/],
    ['no outputs', [[], () => 1], /output name is \[\]/],
    ['an empty output', [['a', ''], () => 1], /output name is \["a",""\]/],
    ['inputs that are no list', [{ name: 'n', inputs: 'a', run: () => 1 }], /'inputs' is not a list of names/],
    ['an empty input', [{ name: 'n', inputs: [''], run: () => 1 }], /'inputs' is not a list of names/],
    ['a schema that is none', [{ name: 'n', schemas: { a: 1 }, run: () => 1 }], /schemas\.a is not a Standard Schema/],
    ['null as schema', [{ name: 'n', schemas: { a: null }, run: () => 1 }], /schemas\.a is not a Standard Schema/],
  ] as [string, unknown[], RegExp][])('%s is refused', (_what, given, message) => {
    const error = thrownAtOnce(() => loose(...given));
    expect(error).toBeInstanceOf(GraphError);
    expect(error).toMatchObject({ code: 'GRAPH_INVALID_NODE', message: expect.stringMatching(message) });
  });

  it('refuses one output name twice', () => {
    expect(thrownAtOnce(() => loose(['a', 'a'], () => ({ a: 1 })))).toMatchObject({
      code: 'GRAPH_DUPLICATE_OUTPUT',
      message: expect.stringContaining("'a' twice"),
    });
  });
});

describe('options that make no sense', () => {
  it.each([
    [{ retries: -1 }, 'retries'],
    [{ retries: 1.5 }, 'retries'],
    [{ retries: Number.NaN }, 'retries'],
    [{ retries: '3' }, 'retries'],
    [{ retries: null }, 'retries'],
    [{ retries: {} }, 'retries.retries'],
    [{ retries: { retries: 1, delay: -1 } }, 'retries.delay'],
    [{ retries: { retries: 1, factor: Number.NaN } }, 'retries.factor'],
    [{ retries: { retries: 1, jitter: 2 } }, 'retries.jitter'],
    [{ retries: { retries: 1, when: 'always' } }, 'retries.when'],
    [{ timeout: 0 }, 'timeout'],
    [{ timeout: -5 }, 'timeout'],
    [{ timeout: Number.NaN }, 'timeout'],
    [{ timeout: '5s' }, 'timeout'],
    [{ batch: 'yes' }, 'batch'],
    [{ version: 3 }, 'version'],
    [{ deps: 'config' }, 'deps'],
    [{ cache: './cache' }, 'cache'],
  ])('%j is refused', (options, culprit) => {
    for (const build of [
      () => loose('n', () => 1, options),
      () => loose({ name: 'n', inputs: [], run: () => 1, ...options }),
      () => node('n', () => 1).with(options as never),
    ]) {
      const error = thrownAtOnce(build);
      expect(error).toMatchObject({ code: 'GRAPH_INVALID_NODE', path: 'n' });
      expect(error.message).toContain(`option '${culprit}'`);
      expect(error.message).toContain('expected');
    }
  });

  it.each([{ timeout: Number.POSITIVE_INFINITY }, { retries: 0 }, { retries: { retries: 0 } }])(
    '%j is fine',
    (options) => {
      expect((loose('n', () => 1, options) as { options: unknown }).options).toEqual(options);
    },
  );
});
