import { InProcessEngine, node, Pipeline, pipeline, Stateful, stateful } from 'hypernodes';
import { afterEach, describe, expect, it } from 'vitest';
import { thrownAtOnce, thrownBy } from '../thrown-by.ts';

const engine = new InProcessEngine();
afterEach(() => engine.close());

const dispose = (Symbol as { dispose?: symbol }).dispose ?? Symbol.for('Symbol.dispose');
const asyncDispose = (Symbol as { asyncDispose?: symbol }).asyncDispose ?? Symbol.for('Symbol.asyncDispose');

interface Model {
  id: number;
  predict(text: string): string;
}

function models() {
  const log: string[] = [];
  let made = 0;
  const create = (): Model => {
    const id = ++made;
    log.push(`create ${id}`);
    return {
      id,
      predict: (text) => `${id}:${text}`,
      [dispose]: () => {
        log.push(`dispose ${id}`);
      },
    } as Model;
  };
  return { log, create };
}

const predict = node('label', ({ model, text }: { model: Model; text: string }) => model.predict(text));

describe('a stateful resource', () => {
  it('is created on first use only', async () => {
    const { log, create } = models();
    const model = stateful(create);
    expect(model).toBeInstanceOf(Stateful);
    const made = pipeline(predict).bind({ model });
    made.describe();
    expect(log).toEqual([]);
    expect(model.created).toBe(false);
    expect(await made.run({ text: 'a' })).toEqual({ label: '1:a' });
    expect(log).toEqual(['create 1']);
    expect(model.created).toBe(true);
  });

  it('is created once, however many use it', async () => {
    const { log, create } = models();
    const made = pipeline(predict).bind({ model: stateful(create) });
    await made.map({ text: ['a', 'b', 'c'] }, { over: 'text' });
    await Promise.all([made.run({ text: 'd' }), made.run({ text: 'e' })]);
    made.runSync({ text: 'f' });
    expect(log).toEqual(['create 1']);
  });

  it('is not created when nothing that runs needs it', async () => {
    const { log, create } = models();
    const other = node('other', ({ text }: { text: string }) => text);
    const made = pipeline(predict, other).bind({ model: stateful(create) });
    await made.run({ text: 'a' }, { outputs: ['other'] });
    await made.map({ text: [] }, { over: 'text' });
    expect(log).toEqual([]);
  });

  it('may be given like any input', async () => {
    const { create } = models();
    expect(await pipeline(predict).run({ text: 'a', model: stateful(create) as never })).toEqual({ label: '1:a' });
  });

  it('reaches nested pipelines and maps', async () => {
    const { log, create } = models();
    const model = stateful(create);
    const inner = new Pipeline({ name: 'inner', nodes: [predict] });
    const given = pipeline(inner.asNode({ inputs: { texts: 'text' }, mapOver: 'texts' }));
    expect(await given.bind({ model }).run({ texts: ['a', 'b'] })).toEqual({ label: ['1:a', '1:b'] });
    const bound = pipeline(inner.bind({ model }).asNode({ inputs: { texts: 'text' }, mapOver: 'texts' }));
    expect(await bound.run({ texts: ['c'] })).toEqual({ label: ['1:c'] });
    expect(log).toEqual(['create 1']);
  });

  it('may be captured', async () => {
    const { log, create } = models();
    const model = stateful(create);
    const captured = node('label', ({ text }: { text: string }) => model.get().predict(text));
    expect(await pipeline(captured).run({ text: 'x' })).toEqual({ label: '1:x' });
    expect(await pipeline(captured).run({ text: 'y' })).toEqual({ label: '1:y' });
    expect(log).toEqual(['create 1']);
  });

  it('is shared between handles of one key', async () => {
    const { log, create } = models();
    const one = stateful(create, { key: ['model', 'v1'] });
    const other = stateful(create, { key: ['model', 'v1'] });
    const third = stateful(create, { key: ['model', 'v2'] });
    expect(one.get()).toBe(other.get());
    expect(third.get()).not.toBe(one.get());
    expect(log).toEqual(['create 1', 'create 2']);
  });

  it('is not shared between handles without a key', () => {
    const { create } = models();
    expect(stateful(create).get()).not.toBe(stateful(create).get());
  });

  it('keeps apart keys that look alike', () => {
    const { create } = models();
    const keys = [[1], ['1'], [true], ['true'], [null], ['null'], [], ['a', 'b'], ['a,b'], ['a","b']] as const;
    const made = keys.map((key) => stateful(create, { key }).get().id);
    expect(new Set(made).size).toBe(keys.length);
  });
});

describe('closing the engine', () => {
  it('disposes what was created, and the next use creates it anew', async () => {
    const { log, create } = models();
    const model = stateful(create);
    stateful(create);
    model.get();
    await engine.close();
    expect(log).toEqual(['create 1', 'dispose 1']);
    await engine.close();
    expect(log).toEqual(['create 1', 'dispose 1']);
    expect(model.created).toBe(false);
    expect(model.get().id).toBe(2);
  });

  it('waits for asynchronous disposal, and prefers it', async () => {
    const log: string[] = [];
    stateful(() => ({
      [asyncDispose]: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.push('async');
      },
      [dispose]: () => log.push('sync'),
    })).get();
    await engine.close();
    expect(log).toEqual(['async']);
  });

  it('disposes the others when one fails, and tells it', async () => {
    const { log, create } = models();
    stateful(() => ({
      [dispose]: () => {
        throw new Error('stuck');
      },
    })).get();
    stateful(create).get();
    const error = await thrownBy<AggregateError>(() => engine.close());
    expect(error.errors).toMatchObject([{ message: 'stuck' }]);
    expect(log).toEqual(['create 1', 'dispose 1']);
  });

  it('waits for what is still being created', async () => {
    const log: string[] = [];
    const slow = stateful(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push('created');
      return { [dispose]: () => log.push('disposed') };
    });
    void slow.get();
    await engine.close();
    expect(log).toEqual(['created', 'disposed']);
  });
});

describe('an asynchronous resource', () => {
  const text = (model: Stateful<Promise<Model>>) => pipeline(predict).bind({ model });

  it('arrives as the resource itself', async () => {
    const { log, create } = models();
    const made = text(stateful(async () => create()));
    expect(await made.run({ text: 'a' })).toEqual({ label: '1:a' });
    expect(await made.map({ text: ['b', 'c'] }, { over: 'text' })).toEqual([{ label: '1:b' }, { label: '1:c' }]);
    expect(log).toEqual(['create 1']);
  });

  it('that fails fails the node, and is tried again on next use', async () => {
    const { create } = models();
    let attempts = 0;
    const model = stateful(async () => {
      if (++attempts === 1) throw new Error('no network');
      return create();
    });
    expect(await thrownBy(() => text(model).run({ text: 'a' }))).toMatchObject({ message: 'no network' });
    expect(await text(model).run({ text: 'a' })).toEqual({ label: '1:a' });
    expect(attempts).toBe(2);
  });

  it('that fails is created anew by a retry', async () => {
    const { create } = models();
    let attempts = 0;
    const model = stateful(async () => {
      if (++attempts < 3) throw new Error('no network');
      return create();
    });
    const patient = predict.with({ retries: { retries: 2, delay: 0 } });
    expect(await pipeline(patient).bind({ model }).run({ text: 'a' })).toEqual({ label: '1:a' });
  });

  it('is refused in runSync', () => {
    const made = text(stateful(async () => models().create()));
    expect(thrownAtOnce(() => made.runSync({ text: 'a' }))).toMatchObject({ code: 'SYNC_PROMISE' });
  });
});

it('needs a function that creates it', () => {
  expect(thrownAtOnce(() => stateful('model' as never))).toMatchObject({
    code: 'GRAPH_INVALID_NODE',
    message: expect.stringContaining('stateful(() =>'),
  });
});
