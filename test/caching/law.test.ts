import fc from 'fast-check';
import { node, Pipeline, pipeline } from 'hypernodes';
import { MemoryCache } from 'hypernodes/cache';
import { expect, it } from 'vitest';

/** One node of a random pipeline: what it computes, the constant that it closes over, and which earlier values it reads. */
interface Plan {
  readonly operation: 'sum' | 'rest' | 'sign';
  readonly constant: number;
  readonly reads: readonly number[];
}

type Values = Record<string, number>;

const functions: Record<Plan['operation'], (constant: number, reads: readonly string[]) => (inputs: Values) => number> =
  {
    sum: (constant, reads) => (inputs) => reads.reduce((total, name) => total + inputs[name]!, constant),
    rest: (constant, reads) => (inputs) => reads.reduce((total, name) => total + inputs[name]!, 0) % (constant + 2),
    sign: (constant, reads) => (inputs) => Math.sign(reads.reduce((total, name) => total + inputs[name]!, constant)),
  };

/** `v0` and `v1` are inputs, the others are nodes. */
const INPUTS = 2;
const nameOf = (index: number): string => `v${index}`;

const build = (plans: readonly Plan[]) =>
  pipeline.untyped<Values, Values>(
    plans.map(({ operation, constant, reads }, index) => {
      const names = [...new Set(reads.map((read) => nameOf(read % (index + INPUTS))))];
      return node({ name: nameOf(index + INPUTS), inputs: names, run: functions[operation](constant, names) });
    }),
  );

const plan = fc.record({
  operation: fc.constantFrom<Plan['operation'][]>('sum', 'rest', 'sign'),
  constant: fc.integer({ min: -3, max: 3 }),
  reads: fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }),
});
/** An edit of one node, or other inputs. */
const step = fc.record({
  edit: fc.option(fc.record({ at: fc.nat(20), to: plan })),
  inputs: fc.tuple(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -2, max: 2 })),
});

/** What a node execution is known by: its function, and the values that it reads by name. */
const identityOf = (plans: readonly Plan[], index: number, values: Values): string => {
  const { operation, constant, reads } = plans[index]!;
  const names = [...new Set(reads.map((read) => nameOf(read % (index + INPUTS))))];
  // Minus zero is another value than zero.
  return JSON.stringify([
    operation,
    constant,
    names,
    names.map((name) => (Object.is(values[name], -0) ? '-0' : values[name])),
  ]);
};

it('law: through any edits and inputs, a cached run gives what an uncached one gives, and executes only what is new', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { minLength: 1, maxLength: 8 }),
      fc.array(step, { minLength: 1, maxLength: 8 }),
      async (start, steps) => {
        const cache = new MemoryCache();
        const known = new Set<string>();
        const plans = [...start];
        for (const { edit, inputs } of steps) {
          if (edit !== null) plans[edit.at % plans.length] = edit.to;
          const given = { v0: inputs[0], v1: inputs[1] };
          const uncached = build(plans).runSync(given);
          let executed = 0;
          const callbacks = [{ onNodeStart: () => void executed++ }];
          const cached = await build(plans).with({ cache, callbacks }).run(given);
          expect(cached).toEqual(uncached);
          const values = { ...given, ...uncached };
          const needed = new Set(plans.map((_, index) => identityOf(plans, index, values)));
          const isNew = [...needed].filter((identity) => !known.has(identity));
          expect(executed).toBe(isNew.length);
          for (const identity of isNew) known.add(identity);
        }
      },
    ),
    { numRuns: 150 },
  );
});

it('law: a mapped run is the same, item by item', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 20 }),
      async (random, items) => {
        // The first node reads the mapped input, so that there is one.
        const plans: Plan[] = [{ operation: 'sum', constant: 0, reads: [0] }, ...random];
        const inner = build(plans);
        const last = nameOf(plans.length + INPUTS - 1);
        const outer = new Pipeline({
          nodes: [inner.asNode({ inputs: { list: 'v0' }, outputs: { [last]: 'results' }, mapOver: 'list' })],
        });
        const inputs = { list: items, v1: 1 } as never;
        const uncached = outer.runSync(inputs);
        const cache = new MemoryCache();
        expect(await outer.with({ cache }).run(inputs)).toEqual(uncached);
        let executed = 0;
        const callbacks = [{ onNodeStart: ({ nested }: { nested: boolean }) => void (nested || executed++) }];
        expect(await outer.with({ cache, callbacks }).run(inputs)).toEqual(uncached);
        expect(executed).toBe(0);
      },
    ),
    { numRuns: 100 },
  );
});
