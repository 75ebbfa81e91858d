import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { type Contestant, decrement, double, increment, range, sum } from './workloads.ts';

const Value = Annotation.Root({ value: Annotation<number> });
type State = typeof Value.State;

/** A node that changes the state's value. */
const step = (change: (value: number) => Promise<number>) => async (state: State) => ({
  value: await change(state.value),
});

function chainOf(steps: readonly ReturnType<typeof step>[]) {
  // Its types follow chained calls only, not a loop.
  const graph = new StateGraph(Value) as StateGraph<typeof Value, State, Partial<State>, string>;
  steps.forEach((change, index) => {
    graph.addNode(`v${index + 1}`, change);
  });
  steps.forEach((_, index) => {
    graph.addEdge(index === 0 ? START : `v${index}`, `v${index + 1}`);
  });
  graph.addEdge(`v${steps.length}`, END);
  return graph.compile();
}

const perItem = () => chainOf([increment, double, decrement].map(step));

export default {
  chain(nodes) {
    const graph = chainOf(range(nodes).map(() => step(increment)));
    return async () => (await graph.invoke({ value: 0 }, { recursionLimit: nodes + 10 })).value;
  },

  fanOut(nodes) {
    const Fan = Annotation.Root({
      one: Annotation<number>,
      parts: Annotation<number[]>({ reducer: (before, added) => before.concat(added), default: () => [] }),
      total: Annotation<number>,
    });
    type FanState = typeof Fan.State;
    const graph = new StateGraph(Fan) as StateGraph<typeof Fan, FanState, Partial<FanState>, string>;
    graph.addNode('sum', async ({ parts }: FanState) => ({ total: sum(parts) }));
    const names = range(nodes).map((index) => `part${index}`);
    names.forEach((name, index) => {
      graph.addNode(name, async ({ one }: FanState) => ({ parts: [one + index] }));
      graph.addEdge(START, name);
    });
    graph.addEdge(names, 'sum');
    graph.addEdge('sum', END);
    const compiled = graph.compile();
    return async () => (await compiled.invoke({ one: 1 })).total;
  },

  items(items) {
    const graph = perItem();
    const inputs = range(items).map((value) => ({ value }));
    return async () => sum((await graph.batch(inputs, { maxConcurrency: 100 })).map(({ value }) => value));
  },

  nestedItems(lists, items) {
    const Lists = Annotation.Root({ list: Annotation<number[]>, total: Annotation<number> });
    const inner = perItem();
    const perList = new StateGraph(Lists)
      .addNode('map', async ({ list }) => {
        const results = await inner.batch(
          list.map((value) => ({ value })),
          { maxConcurrency: 10 },
        );
        return { total: sum(results.map(({ value }) => value)) };
      })
      .addEdge(START, 'map')
      .addEdge('map', END)
      .compile();
    const inputs = range(lists).map(() => ({ list: range(items) }));
    return async () => sum((await perList.batch(inputs, { maxConcurrency: 10 })).map(({ total }) => total));
  },

  build(nodes) {
    return () => Object.keys(chainOf(range(nodes).map(() => step(increment))).nodes).length - 1;
  },
} satisfies Contestant;
