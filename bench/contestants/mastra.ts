import { createStep, createWorkflow } from '@mastra/core/workflows';
import { z } from 'zod';
import { type Contestant, decrement, double, increment, range, sum } from './workloads.ts';

const number = z.number();
const numbers = z.array(number);

const step = (id: string, change: (value: number) => Promise<number>) =>
  createStep({ id, inputSchema: number, outputSchema: number, execute: ({ inputData }) => change(inputData) });

const sumStep = createStep({
  id: 'sum',
  inputSchema: numbers,
  outputSchema: number,
  execute: async ({ inputData }) => sum(inputData),
});

function chainOf(nodes: number) {
  const workflow = createWorkflow({ id: 'chain', inputSchema: number, outputSchema: number });
  for (const index of range(nodes)) workflow.then(step(`v${index + 1}`, increment));
  return workflow.commit();
}

const perItem = () =>
  createWorkflow({ id: 'per_item', inputSchema: number, outputSchema: number })
    .then(step('incremented', increment))
    .then(step('doubled', double))
    .then(step('decremented', decrement))
    .commit();

interface Runnable<Input> {
  createRun(): Promise<{ start(options: { inputData: Input }): Promise<{ readonly status: string }> }>;
}

async function resultOf<Input>(workflow: Runnable<Input>, inputData: Input): Promise<unknown> {
  const run = await workflow.createRun();
  const finished = await run.start({ inputData });
  return 'result' in finished ? finished.result : finished.status;
}

export default {
  chain(nodes) {
    const workflow = chainOf(nodes);
    return () => resultOf(workflow, 0);
  },

  fanOut(nodes) {
    const parts = range(nodes).map((index) => step(`part${index}`, async (one) => one + index));
    const gather = createStep({
      id: 'gather',
      inputSchema: z.record(z.string(), number),
      outputSchema: number,
      execute: async ({ inputData }) => sum(Object.values(inputData)),
    });
    const workflow = createWorkflow({ id: 'fan', inputSchema: number, outputSchema: number })
      .parallel(parts)
      .then(gather)
      .commit();
    return () => resultOf(workflow, 1);
  },

  items(items) {
    const workflow = createWorkflow({ id: 'items', inputSchema: numbers, outputSchema: number })
      .foreach(perItem(), { concurrency: 100 })
      .then(sumStep)
      .commit();
    const list = range(items);
    return () => resultOf(workflow, list);
  },

  nestedItems(lists, items) {
    const perList = createWorkflow({ id: 'per_list', inputSchema: numbers, outputSchema: number })
      .foreach(perItem(), { concurrency: 10 })
      .then(sumStep)
      .commit();
    const workflow = createWorkflow({ id: 'lists', inputSchema: z.array(numbers), outputSchema: number })
      .foreach(perList, { concurrency: 10 })
      .then(sumStep)
      .commit();
    const all = range(lists).map(() => range(items));
    return () => resultOf(workflow, all);
  },

  build(nodes) {
    return () => Object.keys(chainOf(nodes).steps).length;
  },
} satisfies Contestant;
