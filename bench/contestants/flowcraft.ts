import { createFlow, FlowRuntime, type NodeContext } from 'flowcraft';
import { type Contestant, decrement, double, increment, range, sum } from './workloads.ts';

/** A node that changes the output of the one before. */
const step =
  (change: (value: number) => Promise<number>) =>
  async ({ input }: NodeContext) => ({ output: await change(input as number) });

function chainOf(nodes: number) {
  const flow = createFlow('chain');
  flow.node('v1', async () => ({ output: await increment(0) }));
  for (let index = 2; index <= nodes; index++) flow.node(`v${index}`, step(increment));
  for (let index = 2; index <= nodes; index++) flow.edge(`v${index - 1}`, `v${index}`);
  return flow;
}

export default {
  chain(nodes) {
    const flow = chainOf(nodes);
    const runtime = new FlowRuntime();
    return async () => (await flow.run(runtime, {})).context[`v${nodes}`];
  },

  fanOut(nodes) {
    const parts = range(nodes).map((index) => `part${index}`);
    const flow = createFlow('fan');
    parts.forEach((part, index) => {
      flow.node(part, async ({ input }: NodeContext) => ({ output: (input as number) + index }), { inputs: 'one' });
    });
    flow.node('total', async ({ input }: NodeContext) => ({ output: sum(Object.values(input as object)) }), {
      inputs: Object.fromEntries(parts.map((part) => [part, part])),
    });
    for (const part of parts) flow.edge(part, 'total');
    const runtime = new FlowRuntime();
    return async () => (await flow.run(runtime, { one: 1 })).context.total;
  },

  items(items) {
    const flow = createFlow('per_item')
      .node('incremented', step(increment), { inputs: 'item' })
      .node('doubled', step(double))
      .node('decremented', step(decrement))
      .edge('incremented', 'doubled')
      .edge('doubled', 'decremented');
    const runtime = new FlowRuntime();
    const perItem = async (item: number): Promise<number> =>
      (await flow.run(runtime, { item })).context.decremented as number;
    const list = range(items);
    // It has no map over flows; a hundred at once is what one would write around it.
    return async () => {
      let total = 0;
      for (let from = 0; from < items; from += 100) {
        total += sum(await Promise.all(list.slice(from, from + 100).map(perItem)));
      }
      return total;
    };
  },

  build(nodes) {
    return () => chainOf(nodes).toBlueprint().nodes.length;
  },
} satisfies Contestant;
