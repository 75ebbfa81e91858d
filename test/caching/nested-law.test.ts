import fc from 'fast-check';
import { node, type PipelineOptions, pipeline } from 'hypernodes';
import { type Cache, MemoryCache } from 'hypernodes/cache';
import { expect, it } from 'vitest';

/** Pipelines in pipelines, each with a cache of its own, an inherited one, or none. */
interface Nesting {
  readonly cache: 'inherited' | 'none' | 'quick' | 'slow';
  readonly mapped: boolean;
  readonly uncached: 'seed' | 'result' | 'neither';
  readonly inner: Nesting | null;
}
type Caches = Readonly<Record<'quick' | 'slow', Cache>>;
type Numbers = Record<string, number>;

/** A memory cache that answers later. */
const slowCache = (): Cache => {
  const memory = new MemoryCache();
  const later = { get: 1, head: 1, has: 1, put: 1, delete: 1, evict: 1 };
  return new Proxy(memory, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      const call = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
      return Object.hasOwn(later, name) ? async (...args: unknown[]) => call(...args) : call;
    },
  });
};

function optionsOf(choice: Nesting['cache'], caches: Caches | null): PipelineOptions {
  if (caches === null || choice === 'inherited') return {};
  return { cache: choice === 'none' ? null : caches[choice] };
}

type Numeric = ReturnType<typeof pipeline.untyped<Numbers, Numbers>>;

function build({ cache, mapped, uncached, inner }: Nesting, caches: Caches | null, depth = 0): Numeric {
  const nested = inner && build(inner, caches, depth + 1);
  const part = `part${depth}`;
  const seed = node('seed', ({ x }: { x: number }) => x + 1, { cache: uncached !== 'seed' });
  const seeds = node('seeds', ({ seed }: { seed: number }) => [seed, seed % 2, depth]);
  const result = node({
    name: 'result',
    inputs: nested ? ['seed', part] : ['seed'],
    run: (inputs: Record<string, number | number[]>) =>
      Object.values(inputs)
        .flat()
        .reduce((a, b) => a * 3 + b) % 1000,
    cache: uncached !== 'result',
  });
  const asPart = mapped
    ? nested?.asNode({ inputs: { seeds: 'x' }, outputs: { result: part }, mapOver: 'seeds' } as never)
    : nested?.asNode({ inputs: { seed: 'x' }, outputs: { result: part } });
  return pipeline.untyped<Numbers, Numbers>(asPart ? [seed, seeds, asPart, result] : [seed, seeds, result], {
    name: `level${depth}`,
    ...optionsOf(cache, caches),
  });
}

const { nesting } = fc.letrec<{ nesting: Nesting }>((tie) => ({
  nesting: fc.record({
    cache: fc.constantFrom<Nesting['cache'][]>('inherited', 'none', 'quick', 'slow'),
    mapped: fc.boolean(),
    uncached: fc.constantFrom<Nesting['uncached'][]>('seed', 'result', 'neither'),
    inner: fc.option(tie('nesting'), { depthSize: 'small' }),
  }),
}));

it('law: whichever levels of a pipeline are cached, and by what, it gives what it gives without', async () => {
  await fc.assert(
    fc.asyncProperty(nesting, async (random) => {
      const oracle = build(random, null);
      const cached = build(random, { quick: new MemoryCache(), slow: slowCache() });
      for (const x of [1, 2, 1]) {
        expect(await cached.run({ x })).toEqual(oracle.runSync({ x }));
        expect(await cached.run({ x }, { outputs: ['result'] })).toEqual(
          oracle.runSync({ x }, { outputs: ['result'] }),
        );
      }
      const items = { x: [3, 1, 3] } as never;
      expect([...(await cached.map(items, { over: 'x' }))]).toEqual([...(await oracle.map(items, { over: 'x' }))]);
    }),
    { numRuns: 300 },
  );
});
