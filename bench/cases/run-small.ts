import { perItem } from '../contestants/hypernodes.ts';
import { decrement, double, increment, sumOfItems } from '../contestants/workloads.ts';
import type { BenchCase } from '../harness/case.ts';

const RUNS = 1000;

export default {
  title: '1000 runs, one after another, of a pipeline of 3 asynchronous nodes',
  operation: 'run',
  operations: RUNS,
  answer: sumOfItems(RUNS),
  contestants: {
    'plain await': () => async () => {
      let total = 0;
      for (let item = 0; item < RUNS; item++) total += await decrement(await double(await increment(item)));
      return total;
    },
    hypernodes: () => async () => {
      let total = 0;
      for (let item = 0; item < RUNS; item++) total += (await perItem.run({ item })).decremented;
      return total;
    },
  },
} satisfies BenchCase;
