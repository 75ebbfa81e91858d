import { GraphError, type Node, node, Pipeline, pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { thrownAtOnce } from '../thrown-by.ts';

type AnyNode = Node<string, object, unknown>;
/** A node that needs these names, without the types that would refuse what is tested here. */
const needs = (name: string | string[], ...inputs: string[]): AnyNode =>
  node({ name, inputs, run: () => 1 } as never) as never;
const build = (...nodes: unknown[]) => new Pipeline({ name: 'all', nodes: nodes as AnyNode[] } as never);
const errorOf = (...nodes: unknown[]): GraphError => {
  const error = thrownAtOnce<GraphError>(() => build(...nodes));
  expect(error).toBeInstanceOf(GraphError);
  expect(error.message).toContain("pipeline 'all'");
  expect(error.hint).toBeDefined();
  expect(error.message.endsWith(error.hint!)).toBe(true);
  return error;
};

describe('a name that is produced twice', () => {
  it('is refused with both producers', () => {
    const error = errorOf(needs('a'), needs('b'), needs('a', 'x'));
    expect(error.code).toBe('GRAPH_DUPLICATE_OUTPUT');
    expect(error.message).toMatch(/'a' is produced twice.*nodes\[0\].*nodes\[2\]/);
  });

  it('is refused also for one of several outputs and for nested pipelines', () => {
    expect(errorOf(needs(['a', 'b']), needs(['c', 'b'])).code).toBe('GRAPH_DUPLICATE_OUTPUT');
    expect(errorOf(needs('a'), pipeline(needs('a'))).code).toBe('GRAPH_DUPLICATE_OUTPUT');
    const same = needs('a');
    expect(errorOf(same, same).code).toBe('GRAPH_DUPLICATE_OUTPUT');
  });

  it('is fine after renaming', () => {
    expect(build(needs('a'), needs('a').rename({ outputs: { a: 'b' } } as never)).outputs).toEqual(['a', 'b']);
  });
});

describe('a cycle', () => {
  it('is refused with its path', () => {
    const error = errorOf(needs('start'), needs('a', 'start', 'c'), needs('b', 'a'), needs('c', 'b'));
    expect(error.code).toBe('GRAPH_CYCLE');
    // From producer to consumer, closed, wherever it starts.
    expect(`${error.path} ${error.path}`).toContain('a → b → c');
    expect(error.message).toContain(error.path);
    expect(error.path!.split(' → ')).toHaveLength(4);
    expect(error.path).not.toContain('start');
  });

  it('is refused through a nested pipeline', () => {
    const inner = new Pipeline({ name: 'inner', nodes: [needs('y', 'x')] } as never);
    expect(errorOf(inner, needs('x', 'y')).code).toBe('GRAPH_CYCLE');
  });

  it('of one node is refused with the name that it needs from itself', () => {
    const error = errorOf(needs('a', 'b', 'a'));
    expect(error.code).toBe('GRAPH_CYCLE');
    expect(error.message).toContain("'a' needs its own output 'a'");
  });

  it('of 50,000 nodes is found without overflowing the stack', () => {
    const ring = Array.from({ length: 50_000 }, (_, i) => needs(`n${i}`, `n${(i + 1) % 50_000}`));
    expect(errorOf(...ring).code).toBe('GRAPH_CYCLE');
  });
});

describe('a thing in nodes that is no node', () => {
  it.each([
    [null, /nodes\[1\] is null/],
    [undefined, /nodes\[1\] is .*undefined/],
    ['clean', /nodes\[1\] is .*string/],
    [{ name: 'clean' }, /nodes\[1\] is .*object/],
    [Promise.resolve(1), /nodes\[1\] is .*object/],
    [[needs('b')], /nodes\[1\] is .*(list|object)/],
    [function tidy() {}, /nodes\[1\] is the function 'tidy'.*node\('name', tidy\)/],
    [() => 1, /nodes\[1\] is the function 'anonymous'/],
    [Pipeline, /nodes\[1\] is the function/],
  ])('%s is refused with its position', (thing, message) => {
    const error = errorOf(needs('a'), thing);
    expect(error.code).toBe('GRAPH_INVALID_NODE');
    expect(error.message).toMatch(message);
  });

  it.each([[{ nodes: 'abc' }], [{ nodes: undefined }], [{}], [{ nodes: needs('a') }]])(
    'a list is expected: %o',
    (given) => {
      expect(thrownAtOnce(() => new Pipeline(given as never))).toMatchObject({
        code: 'GRAPH_INVALID_NODE',
        message: expect.stringMatching(/list|nodes: \[/),
      });
    },
  );

  it.each([[undefined], [null], ['nodes'], [[needs('a')]]])('options are expected: %o', (given) => {
    expect(thrownAtOnce(() => new Pipeline(given as never))).toMatchObject({ code: 'GRAPH_INVALID_NODE' });
  });
});

describe('defaults of a shared input', () => {
  const a = node('a', ({ lang = 'en' }: { lang?: string }) => lang);
  const b = node('b', ({ lang = 'de' }: { lang?: string }) => lang);
  // biome-ignore format: the same default, written differently
  const same = node('same', ({ lang =   "en" }: { lang?: string }) => lang);
  const required = node('r', ({ lang }: { lang: string }) => lang);

  it('that disagree are refused with both', () => {
    const error = errorOf(a, b);
    expect(error.code).toBe('GRAPH_INCONSISTENT_DEFAULT');
    expect(error.message).toMatch(/'lang'.*"en".*in 'a'.*"de".*in 'b'/);
  });

  it('that agree are fine, however they are written', async () => {
    expect(pipeline(a, same).inputs).toEqual([{ name: 'lang', required: false }]);
    expect(await pipeline(a, same).run({})).toEqual({ a: 'en', same: 'en' });
  });

  it('do not matter when a node produces the value', async () => {
    const lang = node('lang', () => 'fr');
    expect(await pipeline(a, b, lang).run({})).toEqual({ a: 'fr', b: 'fr', lang: 'fr' });
  });

  it('do not make the input optional for a consumer without one', () => {
    expect(pipeline(a, required).inputs).toEqual([{ name: 'lang', required: true }]);
  });

  it('that disagree with those of a nested pipeline are refused too', () => {
    expect(errorOf(a, pipeline(b)).code).toBe('GRAPH_INCONSISTENT_DEFAULT');
    expect(build(a, pipeline(b).asNode({ inputs: { other: 'lang' } })).inputs).toHaveLength(2);
    expect(
      build(
        a,
        pipeline(b)
          .bind({ lang: 'de' })
          .asNode({ inputs: { other: 'lang' } }),
      ).inputs,
    ).toHaveLength(2);
  });
});

describe('a name that is unknown', () => {
  const clean = node('cleaned', ({ text, lang = 'en' }: { text: string; lang?: string }) => text + lang);
  const count = node('wordCount', ({ cleaned }: { cleaned: string }) => cleaned.length);
  const all = new Pipeline({ name: 'all', nodes: [clean, count] });

  it.each([
    ['bind', () => all.bind({ txt: 'a' } as never), "'txt'", "Did you mean 'text'?"],
    ['bind of an output', () => all.bind({ cleaned: 'a' } as never), "'cleaned'", 'a node produces'],
    ['select', () => all.select('wordcount' as never), "'wordcount'", "Did you mean 'wordCount'?"],
    ['asNode inputs', () => all.asNode({ inputs: { doc: 'tekst' as never } }), "'tekst'", "Did you mean 'text'?"],
    [
      'asNode outputs',
      () => all.asNode({ outputs: { wordCont: 'n' } as never }),
      "'wordCont'",
      "Did you mean 'wordCount'?",
    ],
    ['asNode mapOver', () => all.asNode({ mapOver: 'lnag' as never }), "'lnag'", "Did you mean 'lang'?"],
    [
      'asNode mapOver by an inner name',
      () => all.asNode({ inputs: { doc: 'text' }, mapOver: 'text' as never }),
      "'text'",
      "'doc'",
    ],
  ])('%s: is refused with the likely one', (_what, action, culprit, hint) => {
    const error = thrownAtOnce(action);
    expect(error).toBeInstanceOf(GraphError);
    expect(error).toMatchObject({ code: 'GRAPH_UNKNOWN_NAME' });
    expect(error.message).toContain(culprit);
    expect(error.message).toContain(hint);
  });

  it.each([
    ['mapMode', { mapOver: 'text', mapMode: 'zipp' }, "Did you mean 'zip'?"],
    ['onError', { mapOver: 'text', onError: 'colect' }, "Did you mean 'collect'?"],
  ])('asNode: an unknown %s is refused', (option, options, hint) => {
    const error = thrownAtOnce(() => all.asNode(options as never));
    expect(error).toBeInstanceOf(GraphError);
    expect(error.message).toContain(option);
    expect(error.message).toContain(hint);
  });

  it('two outer names for one inner input are refused', () => {
    const error = thrownAtOnce(() => all.asNode({ inputs: { a: 'text', b: 'text' } }));
    expect(error).toMatchObject({ code: 'GRAPH_INVALID_NODE' });
    expect(error.message).toMatch(/'a', 'b'.*'text'/);
  });

  it('outputs of one outer name are refused', () => {
    expect(errorOf(all.asNode({ outputs: { cleaned: 'x', wordCount: 'x' } })).code).toBe('GRAPH_DUPLICATE_OUTPUT');
  });
});
