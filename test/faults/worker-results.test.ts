import { AbortError, node, nodePath, PackError, Pipeline, stateful } from 'hypernodes';
import { WorkerEngine } from 'hypernodes/engines';
import { afterAll, describe, expect, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';

const engine = new WorkerEngine({ workers: 2, inline: false });
afterAll(() => engine.close());

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Cannot be packed in another thread, nor made anew there, when it was told so. */
class Fragile {
  readonly fails: 'there' | 'on arrival' | 'never';
  constructor(fails: Fragile['fails']) {
    this.fails = fails;
  }
  [Symbol.for('hypernodes.getState')](): string {
    if (this.fails === 'there') throw new RangeError('not to be told');
    return this.fails;
  }
  static [Symbol.for('hypernodes.fromState')](state: Fragile['fails']): Fragile {
    if (state === 'on arrival') throw new RangeError('not to be made');
    return new Fragile(state);
  }
}

describe('a result', () => {
  const hand = node('given', ({ x }: { x: number }): unknown => {
    if (x === 3) return { deep: [Promise.resolve(1)] };
    return x === 4 ? new Fragile('there') : x;
  });
  const p = new Pipeline({ name: 'p', nodes: [hand], engine });

  it('that cannot be packed fails its item and no other', async () => {
    const results = await p.map({ x: range(8) }, { over: 'x', onError: 'collect' });
    expect(results.column('given', -1)).toEqual([0, 1, 2, -1, -1, 5, 6, 7]);
    expect(results.failures.map(({ index, path }) => [index, path])).toEqual([
      [3, 'p[3]'],
      [4, 'p[4]'],
    ]);
    const [promise, fragile] = results.failures.map(({ error }) => error) as [PackError, RangeError];
    expect(promise).toBeInstanceOf(PackError);
    expect(promise.message).toContain('p[3]: its result cannot be sent back: cannot pack: result → given → deep[0]');
    expect([fragile.name, fragile.message, nodePath(fragile)]).toEqual(['RangeError', 'not to be told', 'p[4]']);
  });

  it('that throws while it is packed is the error of its node', async () => {
    const error = await thrownBy(() => p.run({ x: 4 }));
    expect([error.name, error.message, nodePath(error)]).toEqual(['RangeError', 'not to be told', 'p > given']);
  });

  it('that never comes ends by an abort or a limit, and its thread serves others', async () => {
    const hung = node('hung', ({ x }: { x: number }) => (x === 0 ? new Promise<number>(() => undefined) : x));
    const hanging = new Pipeline({ nodes: [hung], engine });
    expect(await thrownBy(() => hanging.run({ x: 0 }, { signal: AbortSignal.timeout(200) }))).toBeInstanceOf(
      AbortError,
    );
    expect(await thrownBy(() => hanging.run({ x: 0 }, { timeout: 200 }))).toMatchObject({ code: 'TIMEOUT' });
    expect(await hanging.run({ x: 1 })).toEqual({ hung: 1 });
  });
});

describe('an input', () => {
  it('that cannot be made anew in the thread is said by its own error', async () => {
    const p = new Pipeline({
      name: 'p',
      nodes: [node('kind', ({ x }: { x: Fragile }) => x.fails)],
      engine,
    });
    expect(await thrownBy(() => p.run({ x: new Fragile('on arrival') }))).toMatchObject({
      name: 'RangeError',
      message: 'not to be made',
    });
    expect(await p.run({ x: new Fragile('never') })).toEqual({ kind: 'never' });
  });

  it('whose recipe throws in the thread fails the items that need it', async () => {
    const model = stateful(
      (): { answer: number } => {
        if (!process.getBuiltinModule('node:worker_threads').isMainThread) throw new RangeError('no model');
        return { answer: 42 };
      },
      { key: ['fails', 'in', 'threads'] },
    );
    const ask = node('answer', ({ x, model }: { x: number; model: { answer: number } }) => x + model.answer);
    const p = new Pipeline({ name: 'p', nodes: [ask], engine }).bind({ model });
    expect(await thrownBy(() => p.run({ x: 1 }))).toMatchObject({ name: 'RangeError', message: 'no model' });
    const { failures } = await p.map({ x: range(4) }, { over: 'x', onError: 'collect' });
    expect(failures.map(({ error }) => String(error))).toEqual(new Array(4).fill('RangeError: no model'));
  });
});
