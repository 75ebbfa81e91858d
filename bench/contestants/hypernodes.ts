import { node, Pipeline, pipeline, type Unit } from 'hypernodes';
import type { Program } from '../harness/case.ts';
import { type Contestant, range, sum } from './workloads.ts';

const next = node('next', async ({ value }: { value: number }) => value + 1);
const nextSync = node('next', ({ value }: { value: number }) => value + 1);

/** One node, `nodes` times in a row: `v0` → `v1` → …. */
function chainOf(nodes: number, link: typeof next | typeof nextSync) {
  const links = range(nodes).map((index) =>
    link.rename({ inputs: { value: `v${index}` }, outputs: { next: `v${index + 1}` } }),
  );
  return pipeline.untyped<{ v0: number }, Record<string, number>>(links);
}

/** The same chain, of as many functions as a program would write out. */
export function distinctFunctions(nodes: number, prefix = ''): ((inputs: object) => unknown)[] {
  const written = range(nodes).map((index) => `${prefix}({ v${index} }) => v${index} + 1`);
  return new Function(`return [${written}]`)();
}

/** Nodes of `distinctFunctions`. */
export function distinctNodes(functions: readonly ((inputs: object) => unknown)[]): Unit<object, object>[] {
  return functions.map((run, index) => node(`v${index + 1}`, run));
}

/** The chain of `distinctFunctions`, without promises. */
export function distinctChainSync(nodes: number): Program {
  const last = `v${nodes}`;
  const chain = pipeline.untyped<{ v0: number }, Record<string, number>>(distinctNodes(distinctFunctions(nodes)));
  return () => chain.runSync({ v0: 0 }, { outputs: [last] })[last];
}

/** The `chain` workload without promises. */
export function chainSync(nodes: number): Program {
  const last = `v${nodes}`;
  const chain = chainOf(nodes, nextSync);
  return () => chain.runSync({ v0: 0 }, { outputs: [last] })[last];
}

const incremented = node('incremented', async ({ item }: { item: number }) => item + 1);
const doubled = node('doubled', async ({ incremented }: { incremented: number }) => incremented * 2);
const decremented = node('decremented', async ({ doubled }: { doubled: number }) => doubled - 1);

/** The pipeline of the `items` workload. */
export const perItem = new Pipeline({ name: 'per_item', nodes: [incremented, doubled, decremented] });

/** Everything through the public doors, as the documentation shows it. */
export default {
  chain(nodes) {
    const last = `v${nodes}`;
    const chain = chainOf(nodes, next);
    return async () => (await chain.run({ v0: 0 }, { outputs: [last] }))[last];
  },

  fanOut(nodes) {
    const indices = range(nodes);
    const parts = indices.map((index) =>
      node({ name: `part${index}`, inputs: ['one'], run: async ({ one }: { one: number }) => one + index }),
    );
    const gather = node({
      name: 'total',
      inputs: parts.map((part): string => part.name),
      run: async (values: Record<string, number>) => sum(Object.values(values)),
    });
    const fan = pipeline.untyped<{ one: number }, { total: number }>([...parts, gather]);
    return async () => (await fan.run({ one: 1 }, { outputs: ['total'] })).total;
  },

  items(items) {
    const list = range(items);
    return async () => {
      const results = await perItem.map({ item: list }, { over: 'item' });
      return sum(results.column('decremented'));
    };
  },

  nestedItems(lists, items) {
    const all = range(lists).map(() => range(items));
    const total = node('total', ({ values }: { values: number[] }) => sum(values));
    const perList = pipeline(
      perItem.asNode({ inputs: { list: 'item' }, outputs: { decremented: 'values' }, mapOver: 'list' }),
      total,
    );
    const whole = pipeline(
      perList.asNode({ inputs: { lists: 'list' }, outputs: { total: 'totals' }, mapOver: 'lists' }),
      node('sum', ({ totals }: { totals: number[] }) => sum(totals)),
    );
    return async () => (await whole.run({ lists: all }, { outputs: ['sum'] })).sum;
  },

  stream(items) {
    function* source(): Generator<number> {
      for (let item = 0; item < items; item++) yield item;
    }
    return async () => {
      let total = 0;
      for await (const { value, error } of perItem.stream({ item: source() }, { over: 'item' })) {
        if (value === undefined) throw error;
        total += value.decremented;
      }
      return total;
    };
  },

  build(nodes) {
    return () => chainOf(nodes, next).outputs.length;
  },
} satisfies Contestant;
