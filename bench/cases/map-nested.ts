import { everyone, sumOfItems } from '../contestants/workloads.ts';
import type { BenchCase } from '../harness/case.ts';

const LISTS = 100;
const ITEMS = 100;

export default {
  title: 'Map in a map: 100 lists of 100 items through 3 asynchronous nodes',
  operation: 'node',
  operations: LISTS * ITEMS * 3,
  answer: LISTS * sumOfItems(ITEMS),
  contestants: everyone('nestedItems', LISTS, ITEMS),
} satisfies BenchCase;
