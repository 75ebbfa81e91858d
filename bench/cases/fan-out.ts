import { everyone, range, sum } from '../contestants/workloads.ts';
import type { BenchCase } from '../harness/case.ts';
import { atMostMicros } from '../harness/limits.ts';

const NODES = 1000;

export default {
  title: 'Fan-out of 1000 asynchronous nodes, gathered by one',
  operation: 'node',
  operations: NODES + 1,
  answer: NODES + sum(range(NODES)),
  contestants: everyone('fanOut', NODES),
  limits: [atMostMicros('hypernodes', 0.6)],
} satisfies BenchCase;
