import { mapAgent } from '@graphai/vanilla';
import { GraphAI, type GraphData } from 'graphai';
import { type Contestant, decrement, double, increment, range, sum } from './workloads.ts';

/** Newest version of the graph format. */
const version = 0.5;

/** A node that changes one value. */
const step = (change: (value: number) => Promise<number>, from: string) => ({
  agent: ({ value }: { value: number }) => change(value),
  inputs: { value: `:${from}` },
});

function chainOf(nodes: number): GraphData {
  const links = range(nodes).map((index) => [`v${index + 1}`, step(increment, `v${index}`)]);
  return { version, nodes: { v0: { value: 0 }, ...Object.fromEntries(links) } };
}

/** A graph object runs once: making it is part of every run. */
async function resultOf(graph: GraphData, node: string): Promise<unknown> {
  return (await new GraphAI(graph, { mapAgent }).run(true))[node];
}

const perItem: GraphData = {
  version,
  nodes: {
    incremented: step(increment, 'row'),
    doubled: step(double, 'incremented'),
    decremented: { ...step(decrement, 'doubled'), isResult: true },
  },
};
const sumAgent = ({ values }: { values: number[] }): number => sum(values);
const mapped = (rows: string, graph: GraphData) => ({
  agent: 'mapAgent',
  inputs: { rows },
  params: { compositeResult: true },
  graph,
});

export default {
  chain(nodes) {
    const graph = chainOf(nodes);
    return () => resultOf(graph, `v${nodes}`);
  },

  fanOut(nodes) {
    const parts = range(nodes).map((index) => [
      `part${index}`,
      { agent: async ({ one }: { one: number }) => one + index, inputs: { one: ':one' } },
    ]);
    const total = { agent: sumAgent, inputs: { values: parts.map(([name]) => `:${name}`) } };
    const graph: GraphData = {
      version,
      concurrency: nodes,
      nodes: { one: { value: 1 }, ...Object.fromEntries(parts), total },
    };
    return () => resultOf(graph, 'total');
  },

  items(items) {
    const graph: GraphData = {
      version,
      concurrency: 100,
      nodes: {
        items: { value: range(items) },
        results: mapped(':items', perItem),
        total: { agent: sumAgent, inputs: { values: ':results.decremented' } },
      },
    };
    return () => resultOf(graph, 'total');
  },

  nestedItems(lists, items) {
    const perList: GraphData = {
      version,
      nodes: {
        results: mapped(':row', perItem),
        total: { agent: sumAgent, inputs: { values: ':results.decremented' }, isResult: true },
      },
    };
    const graph: GraphData = {
      version,
      concurrency: 100,
      nodes: {
        lists: { value: range(lists).map(() => range(items)) },
        results: mapped(':lists', perList),
        total: { agent: sumAgent, inputs: { values: ':results.total' } },
      },
    };
    return () => resultOf(graph, 'total');
  },

  build(nodes) {
    // It adds nodes of its own to the chain.
    return () => Object.keys(new GraphAI(chainOf(nodes), {}).nodes).filter((name) => /^v[1-9]/.test(name)).length;
  },
} satisfies Contestant;
