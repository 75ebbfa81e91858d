import { failuresOf, node, nodePath, Pipeline } from 'hypernodes';
import { describe, expect, it } from 'vitest';
import { thrownAtOnce, thrownBy } from '../thrown-by.ts';
import { later } from '../timing.ts';

class Odd extends Error {
  readonly extra = 7;
}

const throwing = (error: unknown, when: 'at once' | 'later' = 'at once') =>
  node('wordCount', ({ text }: { text: string }): number | Promise<number> => {
    if (text !== 'bad') return text.length;
    if (when === 'at once') throw error;
    return later(null).then(() => {
      throw error;
    });
  });

describe.each(['at once', 'later'] as const)('what a node throws %s', (when) => {
  const perDoc = (error: unknown) => new Pipeline({ name: 'per_doc', nodes: [throwing(error, when)] });
  const all = (error: unknown) =>
    new Pipeline({
      name: 'all',
      nodes: [
        perDoc(error).asNode({ inputs: { documents: 'text' }, outputs: { wordCount: 'n' }, mapOver: 'documents' }),
      ],
    });

  it('reaches the caller as the same object', async () => {
    const error = new Odd('broken', { cause: 'x' });
    expect(await thrownBy(() => perDoc(error).run({ text: 'bad' }))).toBe(error);
    expect(await thrownBy(() => perDoc(error).map({ text: ['a', 'bad'] }, { over: 'text' }))).toBe(error);
    expect(await thrownBy(() => all(error).run({ documents: ['a', 'bad'] }))).toBe(error);
    for await (const item of perDoc(error).stream({ text: ['bad'] }, { over: 'text' })) expect(item.error).toBe(error);
    expect(error).toMatchObject({ message: 'broken', extra: 7, cause: 'x', name: 'Error' });
    expect(Object.keys(error)).toEqual(['extra']);
  });

  it('tells its node path', async () => {
    const error = new Odd('broken');
    expect(nodePath(error)).toBeUndefined();
    await thrownBy(() => all(error).run({ documents: ['a', 'b', 'c', 'bad'] }));
    expect(nodePath(error)).toBe('all > per_doc[3] > wordCount');
    await thrownBy(() => perDoc(error).map({ text: ['a', 'bad'] }, { over: 'text' }));
    expect(nodePath(error)).toBe('per_doc[1] > wordCount');
  });

  it('shows the path in the printed stack, once', async () => {
    const error = new Odd('broken');
    const before = error.stack!;
    await thrownBy(() => all(error).run({ documents: ['bad'] }));
    await thrownBy(() => all(error).run({ documents: ['bad'] }));
    expect(error.stack).toBe(`${before}\n    in node all > per_doc[0] > wordCount`);
  });

  it.each([['text'], [undefined], [null], [0], [Symbol.for('s')], [{ code: 7 }]])('may be %s', async (thrown) => {
    const caught = await perDoc(thrown)
      .run({ text: 'bad' })
      .then(
        () => 'nothing',
        (error) => ({ error }),
      );
    expect(caught).toEqual({ error: thrown });
    const collected = await perDoc(thrown).map({ text: ['a', 'bad', 'b'] }, { over: 'text', onError: 'collect' });
    expect(collected.column('wordCount')).toEqual([1, undefined, 1]);
    expect(collected.failures).toMatchObject([{ index: 1, error: thrown }]);
    expect(1 in collected).toBe(true);
  });

  it('may be frozen', async () => {
    const error = Object.freeze(new Odd('frozen'));
    expect(await thrownBy(() => perDoc(error).run({ text: 'bad' }))).toBe(error);
    expect(nodePath(error)).toBe('per_doc > wordCount');
  });
});

describe('an error without promises', () => {
  it('is the same object too', () => {
    const error = new Odd('broken');
    const made = new Pipeline({ name: 'p', nodes: [throwing(error)] });
    expect(thrownAtOnce(() => made.runSync({ text: 'bad' }))).toBe(error);
    expect(nodePath(error)).toBe('p > wordCount');
  });
});

describe('nodePath', () => {
  it('is the label where there is one', async () => {
    const error = new Odd('broken');
    const made = new Pipeline({ name: 'p', nodes: [throwing(error).with({ label: 'counting' })] });
    await thrownBy(() => made.run({ text: 'bad' }));
    expect(nodePath(error)).toBe('p > counting');
  });

  it('is the name given by asNode', async () => {
    const error = new Odd('broken');
    const inner = new Pipeline({ name: 'inner', nodes: [throwing(error)] });
    const made = new Pipeline({ name: 'p', nodes: [inner.asNode({ name: 'renamed' })] });
    await thrownBy(() => made.run({ text: 'bad' }));
    expect(nodePath(error)).toBe('p > renamed > wordCount');
  });

  it.each([[undefined], [null], ['x'], [new Error('elsewhere')], [{}]])('of %s is undefined', (error) => {
    expect(nodePath(error)).toBeUndefined();
  });
});

describe('after the first error', () => {
  it('siblings see an aborted signal, and what they still do disturbs nobody', async () => {
    const boom = new Odd('boom');
    let reason: unknown;
    let finished = false;
    const sibling = node({
      name: 'sibling',
      inputs: [],
      run: async (_inputs: {}, context) => {
        await new Promise<void>((resolve) => context.signal.addEventListener('abort', () => resolve()));
        reason = context.signal.reason;
        await later(null);
        finished = true;
        throw new Error('late rejection');
      },
    });
    const bad = node('bad', async () => {
      await later(null);
      throw boom;
    });
    const made = new Pipeline({ name: 'p', nodes: [sibling, bad] });
    expect(await thrownBy(() => made.run({}))).toBe(boom);
    expect(reason).toMatchObject({ code: 'ABORTED', cause: boom });
    await later(null, 5);
    expect(finished).toBe(true);
  });

  it('nothing new starts', async () => {
    const started: string[] = [];
    const traced = (name: string, ...inputs: string[]) =>
      node({
        name,
        inputs,
        run: async () => {
          started.push(name);
          await later(null, name === 'bad' ? 1 : 4);
          if (name === 'bad') throw new Odd('boom');
        },
      } as never) as never;
    const made = new Pipeline({
      name: 'p',
      nodes: [traced('slow'), traced('bad'), traced('next', 'slow')],
      concurrency: 2,
    } as never);
    await thrownBy(() => (made as Pipeline<{}, {}>).run({}));
    await later(null, 10);
    expect(started).toEqual(['slow', 'bad']);
  });
});

describe('where collected failures happened', () => {
  const shared = new Odd('shared');
  const deep = new Pipeline({
    name: 'deep',
    nodes: [
      node('r', async ({ x }: { x: number }) => {
        await later(null, 2);
        if (x < 0) throw shared;
        if (x === 0) throw 'text';
        return x;
      }),
    ],
  });

  it('is told for each item, though all throw one error, or none that is an object', async () => {
    const found = await deep.map({ x: [-1, -2, 0, 5] }, { over: 'x', onError: 'collect' });
    expect(found.failures.map(({ path }) => path)).toEqual(['deep[0] > r', 'deep[1] > r', 'deep[2] > r']);
  });

  it('is told for maps and pipelines inside', async () => {
    const mapped = new Pipeline({ name: 'o', nodes: [deep.asNode({ mapOver: 'x', onError: 'collect' })] });
    const found = failuresOf(await mapped.run({ x: [-1, -2, 0] })).map(({ path }) => path);
    expect(found).toEqual(['o > deep[0] > r', 'o > deep[1] > r', 'o > deep[2] > r']);
    const once = await new Pipeline({ name: 'q', nodes: [deep] }).run({ x: 0 }, { onError: 'collect' });
    expect(failuresOf(once)).toEqual([{ path: 'q > deep > r', error: 'text' }]);
  });
});
