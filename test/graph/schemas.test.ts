import { InputError, node, OutputError, pipeline, SyncError } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { thrownBy } from '../thrown-by.ts';

/** A transform that is not idempotent: applied twice, it shows. */
const doubled = z.number().transform((value) => value * 2);
const doubledLater = z.number().transform(async (value) => value * 2);

describe('input schemas', () => {
  const length = node({
    name: 'length',
    schemas: { text: z.string().min(2), lang: z.string().default('en') },
    run: ({ text, lang }) => `${lang}:${text.length}`,
  });

  it('name the inputs and tell which are optional', () => {
    expect(length.inputs).toEqual([
      { name: 'text', required: true },
      { name: 'lang', required: false },
    ]);
  });

  it('fill in what they default to', async () => {
    expect(await pipeline(length).run({ text: 'abc' })).toEqual({ length: 'en:3' });
    expect(await pipeline(length).run({ text: 'abc', lang: 'de' })).toEqual({ length: 'de:3' });
  });

  it('refuse a value with its path and reason before anything runs', async () => {
    let ran = 0;
    const first = node('first', () => ++ran);
    const error = await thrownBy<InputError>(() => pipeline(first, length).run({ text: 'a' }));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'INPUT_INVALID', path: 'text' });
    expect(error.message).toMatch(/input 'text' of node 'length'.*>=2/);
    expect(error.cause).toMatchObject([{ message: expect.any(String) }]);
    expect(ran).toBe(0);
  });

  it('say where inside the value', async () => {
    const deep = node({ name: 'n', schemas: { user: z.object({ tags: z.array(z.string()) }) }, run: () => 1 });
    const error = await thrownBy(() => pipeline(deep).run({ user: { tags: ['a', 1 as never] } }));
    expect(error.message).toContain("at 'tags.1'");
  });

  it('are asked also about what another node produces', async () => {
    const text = node('text', () => 1 as never as string);
    expect(await thrownBy(() => pipeline(text, length).run({}))).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining("'text'"),
    });
  });

  it.each([
    ['synchronous', doubled],
    ['asynchronous', doubledLater],
  ] as const)('apply a %s transform exactly once', async (_kind, schema) => {
    const external = node({ name: 'a', schemas: { x: schema }, run: ({ x }) => x });
    const also = node({ name: 'b', schemas: { x: schema }, run: ({ x }) => x });
    const onEdge = node({ name: 'c', schemas: { a: schema }, run: ({ a }) => a });
    const plain = node('d', ({ x }: { x: number }) => x);
    const all = pipeline(external, also, onEdge, plain);
    expect(await all.run({ x: 1 })).toEqual({ a: 2, b: 2, c: 4, d: 1 });
    expect(await all.map({ x: [1, 2] }, { over: 'x', outputs: ['c', 'd'] })).toEqual([
      { c: 4, d: 1 },
      { c: 8, d: 2 },
    ]);
    const outer = pipeline(all.asNode({ outputs: { c: 'c' } }));
    expect(await outer.run({ x: 1 })).toEqual({ c: 4 });
  });

  it.each([doubled, doubledLater])('apply a transform once per value when the node is tried again', async (schema) => {
    const seen: number[] = [];
    const flaky = (name: string, input: string) =>
      node({
        name,
        schemas: { [input]: schema },
        run: (inputs: Record<string, number>, context) => {
          seen.push(inputs[input]!);
          if (context.attempt < 3) throw new Error('again');
          return inputs[input]!;
        },
        retries: { retries: 2, delay: 0 },
      });
    expect(await pipeline.untyped([flaky('y', 'x'), flaky('z', 'y')]).run({ x: 1 })).toEqual({ y: 2, z: 4 });
    expect(seen).toEqual([2, 2, 2, 4, 4, 4]);
  });

  it('that answer later may still make an input optional', async () => {
    const schema = z
      .string()
      .optional()
      .refine(async (value) => value !== 'taken', 'taken');
    const free = node({ name: 'free', schemas: { name: schema }, run: ({ name }) => name ?? 'none' });
    expect(await pipeline(free).run({})).toEqual({ free: 'none' });
    expect(await thrownBy(() => pipeline(free).run({ name: 'taken' }))).toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('taken'),
    });
  });

  it('that answer later are refused in runSync', async () => {
    const later = node({ name: 'n', schemas: { x: doubledLater }, run: ({ x }) => x });
    const error = await thrownBy(() => pipeline(later).runSync({ x: 1 }));
    expect(error).toBeInstanceOf(SyncError);
    expect(error.message).toContain("'x'");
    const source = node('x', () => 1);
    expect(await thrownBy(() => pipeline(source, later).runSync({}))).toMatchObject({ code: 'SYNC_PROMISE' });
  });

  it('that throw when there is nothing do not fail the definition', async () => {
    const strict = z.any().refine((value) => value.length > 0);
    const made = node({ name: 'n', schemas: { x: strict }, run: ({ x }) => x.length });
    expect(await pipeline(made).run({ x: 'abc' })).toEqual({ n: 3 });
    await expect(pipeline(made).run({})).rejects.toThrow();
  });

  it('may come from any library', async () => {
    const even = {
      '~standard': {
        version: 1,
        vendor: 'here',
        validate: (value: unknown) =>
          typeof value === 'number' && value % 2 === 0 ? { value } : { issues: [{ message: 'odd' }] },
        types: undefined as { input: number; output: number } | undefined,
      },
    } as const;
    const half = node({ name: 'half', schemas: { x: even }, run: ({ x }) => x / 2 });
    expect(await pipeline(half).run({ x: 4 })).toEqual({ half: 2 });
    expect((await thrownBy(() => pipeline(half).run({ x: 3 }))).message).toContain('odd');
  });

  it('check every item of a map by itself', async () => {
    const rs = await pipeline(length).map({ text: ['abc', 'x', 'ab'] }, { over: 'text', onError: 'collect' });
    expect(rs.column('length', 'refused')).toEqual(['en:3', 'refused', 'en:2']);
    expect(rs.failures).toMatchObject([{ index: 1, error: { code: 'INPUT_INVALID' } }]);
  });
});

describe('an output schema', () => {
  it('passes what it accepts, changed by its transform once', async () => {
    const made = node({ name: 'n', schemas: { x: z.number() }, output: doubled as never, run: ({ x }) => x });
    const later = node({
      name: 'n',
      schemas: { x: z.number() },
      output: doubledLater as never,
      run: async ({ x }) => x,
    });
    expect(await pipeline(made).run({ x: 1 })).toEqual({ n: 2 });
    expect(await pipeline(later).run({ x: 1 })).toEqual({ n: 2 });
    expect(pipeline(made).runSync({ x: 1 })).toEqual({ n: 2 });
  });

  it('refuses with the node, the path and the reason', async () => {
    const made = node({
      name: 'n',
      schemas: {},
      output: z.object({ a: z.number() }),
      run: () => ({ a: 'x' }) as never as { a: number },
    });
    const error = await thrownBy<OutputError>(() => pipeline(made).run({}));
    expect(error).toBeInstanceOf(OutputError);
    expect(error).toMatchObject({ code: 'OUTPUT_INVALID', path: 'pipeline > n' });
    expect(error.message).toMatch(/'n' was refused: .* at 'a'/);
  });

  it('is asked again when the node is tried again', async () => {
    let calls = 0;
    const made = node({
      name: 'n',
      schemas: {},
      output: z.number().min(2),
      run: () => ++calls,
      retries: { retries: 1, delay: 0 },
    });
    expect(await pipeline(made).run({})).toEqual({ n: 2 });
  });
});
