import { everyone, sumOfItems } from '../contestants/workloads.ts';
import type { BenchCase } from '../harness/case.ts';
import { atMostMegabytesAbove } from '../harness/limits.ts';

const ITEMS = 1_000_000;

export default {
  title: 'Stream of 1,000,000 items through 3 asynchronous nodes, none of them held',
  operation: 'node',
  operations: ITEMS * 3,
  answer: sumOfItems(ITEMS),
  contestants: everyone('stream', ITEMS),
  limits: [atMostMegabytesAbove('hypernodes', 40, 'plain await')],
} satisfies BenchCase;
