import { everyone, sumOfItems } from '../contestants/workloads.ts';
import type { BenchCase } from '../harness/case.ts';
import { atMostMegabytesAbove, atMostMicros } from '../harness/limits.ts';

const ITEMS = 10_000;

export default {
  title: 'Map of 10,000 items through 3 asynchronous nodes',
  operation: 'node',
  operations: ITEMS * 3,
  answer: sumOfItems(ITEMS),
  contestants: everyone('items', ITEMS),
  limits: [atMostMicros('hypernodes', 0.6), atMostMegabytesAbove('hypernodes', 40, 'plain await')],
} satisfies BenchCase;
