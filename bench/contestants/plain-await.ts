import { type Contestant, decrement, double, increment, range, sum } from './workloads.ts';

interface Result {
  readonly incremented: number;
  readonly doubled: number;
  readonly decremented: number;
}

async function perItem(item: number): Promise<Result> {
  const incremented = await increment(item);
  const doubled = await double(incremented);
  const decremented = await decrement(doubled);
  return { incremented, doubled, decremented };
}

async function perList(items: readonly number[]): Promise<number> {
  const results = await Promise.all(items.map(perItem));
  return sum(results.map(({ decremented }) => decremented));
}

/** The floor: what one would write without any library. */
export default {
  chain(nodes) {
    return async () => {
      let value = 0;
      for (let node = 0; node < nodes; node++) value = await increment(value);
      return value;
    };
  },

  fanOut(nodes) {
    const indices = range(nodes);
    const add = async (one: number, index: number): Promise<number> => one + index;
    return async () => sum(await Promise.all(indices.map((index) => add(1, index))));
  },

  items(items) {
    const list = range(items);
    return () => perList(list);
  },

  nestedItems(lists, items) {
    const all = range(lists).map(() => range(items));
    return async () => sum(await Promise.all(all.map(perList)));
  },

  stream(items) {
    return async () => {
      let total = 0;
      for (let item = 0; item < items; item++) total += (await perItem(item)).decremented;
      return total;
    };
  },
} satisfies Contestant;
