import { everyone } from '../contestants/workloads.ts';
import type { BenchCase } from '../harness/case.ts';
import { atMostMicros } from '../harness/limits.ts';

const NODES = 1000;

export default {
  title: 'Chain of 1000 asynchronous nodes',
  operation: 'node',
  operations: NODES,
  answer: NODES,
  contestants: everyone('chain', NODES),
  limits: [atMostMicros('hypernodes', 0.4)],
} satisfies BenchCase;
