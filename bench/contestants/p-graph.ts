import { type DependencyList, PGraph, type PGraphNodeRecord } from 'p-graph';
import { type Contestant, decrement, double, increment, range, sum } from './workloads.ts';

/** Its nodes pass no values: they meet in a list. */
function chainOf(nodes: number): { readonly graph: PGraph; readonly values: number[] } {
  const values = [0];
  const tasks: PGraphNodeRecord = {};
  const dependencies: DependencyList = [];
  for (const index of range(nodes)) {
    tasks[`v${index + 1}`] = {
      run: async () => {
        values[index + 1] = await increment(values[index]!);
      },
    };
    if (index > 0) dependencies.push([`v${index}`, `v${index + 1}`]);
  }
  return { graph: new PGraph(tasks, dependencies), values };
}

export default {
  chain(nodes) {
    const { graph, values } = chainOf(nodes);
    return async () => {
      await graph.run();
      return values[nodes];
    };
  },

  fanOut(nodes) {
    const indices = range(nodes);
    const values: number[] = [];
    let total = 0;
    const tasks: PGraphNodeRecord = {
      total: {
        run: async () => {
          total = sum(values);
        },
      },
    };
    const dependencies: DependencyList = [];
    for (const index of indices) {
      tasks[`part${index}`] = {
        run: async () => {
          values[index] = 1 + index;
        },
      };
      dependencies.push([`part${index}`, 'total']);
    }
    const graph = new PGraph(tasks, dependencies);
    return async () => {
      await graph.run();
      return total;
    };
  },

  items(items) {
    const values: number[] = [];
    const tasks: PGraphNodeRecord = {};
    const dependencies: DependencyList = [];
    for (const item of range(items)) {
      const step = (change: (value: number) => Promise<number>) => ({
        run: async () => {
          values[item] = await change(values[item]!);
        },
      });
      tasks[`incremented${item}`] = step(() => increment(item));
      tasks[`doubled${item}`] = step(double);
      tasks[`decremented${item}`] = step(decrement);
      dependencies.push([`incremented${item}`, `doubled${item}`], [`doubled${item}`, `decremented${item}`]);
    }
    const graph = new PGraph(tasks, dependencies);
    return async () => {
      await graph.run({ concurrency: 100 });
      return sum(values);
    };
  },

  build(nodes) {
    return () => {
      chainOf(nodes);
      return nodes;
    };
  },
} satisfies Contestant;
