import { inspect } from 'node:util';
import { node, Pipeline, pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';

const clean = node('cleaned', ({ text }: { text: string }) => text.trim());
const count = node(
  'wordCount',
  ({ cleaned, lang = 'en' }: { cleaned: string; lang?: string }) => cleaned.length + lang.length,
  {
    label: 'counting',
  },
);
const perDoc = new Pipeline({ name: 'per_doc', nodes: [count, clean] });
const total = node('total', ({ counts }: { counts: readonly number[] }) => counts.length);

describe('what a pipeline tells of itself', () => {
  it('is its name, its inputs and its outputs', () => {
    expect(perDoc.kind).toBe('pipeline');
    expect(perDoc.name).toBe('per_doc');
    expect(perDoc.inputs).toEqual([
      { name: 'lang', required: false },
      { name: 'text', required: true },
    ]);
    expect(perDoc.outputs).toEqual(['wordCount', 'cleaned']);
    expect(pipeline(clean).name).toBe('pipeline');
  });

  it('is what it needs and gives, where a console prints it', () => {
    expect(inspect(perDoc)).toBe('Pipeline per_doc (lang?, text) → wordCount, cleaned');
    expect(inspect({ perDoc })).toBe('{ perDoc: Pipeline per_doc (lang?, text) → wordCount, cleaned }');
  });

  it('is the graph in execution order', () => {
    expect(perDoc.describe()).toEqual({
      name: 'per_doc',
      inputs: perDoc.inputs,
      outputs: perDoc.outputs,
      bound: [],
      nodes: [
        {
          kind: 'node',
          name: 'cleaned',
          inputs: [{ name: 'text', required: true }],
          outputs: ['cleaned'],
          mapOver: [],
        },
        {
          kind: 'node',
          name: 'counting',
          inputs: [
            { name: 'cleaned', required: true },
            { name: 'lang', required: false },
          ],
          outputs: ['wordCount'],
          mapOver: [],
        },
      ],
      edges: [
        { from: undefined, to: 'cleaned', value: 'text' },
        { from: 'cleaned', to: 'counting', value: 'cleaned' },
        { from: undefined, to: 'counting', value: 'lang' },
      ],
      totalNodes: 2,
      nodeNames: ['cleaned', 'counting'],
    });
  });

  it('contains nested pipelines with their renames', () => {
    const nested = perDoc.asNode({
      inputs: { documents: 'text' },
      outputs: { wordCount: 'counts' },
      mapOver: 'documents',
    });
    expect(nested.kind).toBe('pipeline');
    expect(nested.name).toBe('per_doc');
    expect(nested.outputs).toEqual(['counts']);
    expect(nested.inputs).toContainEqual({ name: 'documents', required: true });
    const described = new Pipeline({ name: 'all', nodes: [total, nested] }).describe();
    expect(described.nodeNames).toEqual(['per_doc', 'total']);
    expect(described.nodes[0]).toMatchObject({
      kind: 'pipeline',
      mapOver: ['documents'],
      mapMode: 'zip',
      renamed: { inputs: { documents: 'text' }, outputs: { wordCount: 'counts' } },
      pipeline: perDoc.describe(),
    });
    expect(described.edges).toContainEqual({ from: 'per_doc', to: 'total', value: 'counts' });
  });

  it('is plain data', () => {
    const described = pipeline(perDoc.asNode({ mapOver: 'text' })).describe();
    expect(structuredClone(described)).toEqual(described);
  });

  it('tells what is bound', () => {
    const bound = perDoc.bind({ lang: 'de', text: 'x' });
    expect(bound.describe().bound.toSorted()).toEqual(['lang', 'text']);
    expect(bound.inputs.every((input) => !input.required)).toBe(true);
  });
});

describe('a pipeline', () => {
  it('never changes: bind, with and select make new ones', async () => {
    const before = perDoc.describe();
    const bound = perDoc.bind({ lang: 'de' });
    const named = perDoc.with({ name: 'other', concurrency: 3 });
    const selected = perDoc.select('cleaned');
    for (const made of [bound, named, selected]) {
      expect(made).not.toBe(perDoc);
      expect(made).toBeInstanceOf(Pipeline);
    }
    expect(perDoc.describe()).toEqual(before);
    expect(perDoc.options).toEqual({});
    expect(named.name).toBe('other');
    expect(named.options).toEqual({ concurrency: 3 });
    expect(named.bind({ lang: 'de' }).options).toEqual({ concurrency: 3 });
    expect(bound.with({ name: 'again' }).describe().bound).toEqual(['lang']);
    expect(selected.outputs).toEqual(['cleaned']);
  });

  it('cannot be changed in place', () => {
    const made = perDoc.bind({ lang: 'de' }) as unknown as Record<string, unknown>;
    for (const property of ['name', 'nodes', 'options', 'bound', 'kind', 'extra']) {
      expect(() => Object.assign(made, { [property]: 'changed' }), property).toThrow(TypeError);
    }
    expect(() => (made.nodes as unknown[]).push(clean)).toThrow(TypeError);
    expect(() => Object.assign(made.options as object, { concurrency: 1 })).toThrow(TypeError);
  });

  it('is not changed by what happens to the list it was made of', () => {
    const nodes = [clean];
    const made = pipeline.untyped(nodes);
    nodes.push(total as never);
    expect(made.outputs).toEqual(['cleaned']);
  });

  it('keeps the values bound first when more are bound', async () => {
    const twice = perDoc.bind({ lang: 'de' }).bind({ text: 'abc' });
    expect(await twice.run({})).toEqual({ cleaned: 'abc', wordCount: 5 });
    expect(await twice.bind({ text: 'a' }).run({})).toEqual({ cleaned: 'a', wordCount: 3 });
  });
});

describe('fewer outputs', () => {
  const a = node('a', ({ x }: { x: number }) => x + 1);
  const b = node('b', ({ a, y }: { a: number; y: number }) => a + y);
  const all = pipeline(a, b);

  it('selected need only their own inputs', async () => {
    const onlyA = all.select('a');
    expect(onlyA.inputs).toEqual([{ name: 'x', required: true }]);
    expect(await onlyA.run({ x: 1 })).toEqual({ a: 2 });
    expect(await pipeline(onlyA).run({ x: 1 })).toEqual({ a: 2 });
    expect(await pipeline.untyped([onlyA.asNode({ inputs: { z: 'x' } })]).run({ z: 1 })).toEqual({ a: 2 });
  });

  it('exposed by asNode need only their own inputs', async () => {
    const outer = pipeline.untyped([all.asNode({ outputs: { a: 'a' } })]);
    expect(outer.inputs).toEqual([{ name: 'x', required: true }]);
    expect(await outer.run({ x: 1 })).toEqual({ a: 2 });
  });

  it('do not close circles that nobody needs', async () => {
    const y = node('y', ({ a }: { a: number }) => a * 10);
    expect(await pipeline.untyped([all.asNode({ outputs: { a: 'a' } }), y]).run({ x: 1 })).toEqual({ a: 2, y: 20 });
  });

  it('may still be mapped over any input', async () => {
    const outer = pipeline.untyped([all.asNode({ outputs: { a: 'a' }, mapOver: 'y' })]);
    expect(await outer.run({ x: 1, y: [1, 2] })).toEqual({ a: [2, 2] });
  });
});
