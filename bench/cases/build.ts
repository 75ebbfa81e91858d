import { pipeline } from 'hypernodes';
import { distinctFunctions, distinctNodes } from '../contestants/hypernodes.ts';
import { everyone } from '../contestants/workloads.ts';
import type { BenchCase } from '../harness/case.ts';
import { atMostMicros } from '../harness/limits.ts';

const NODES = 10_000;

// Without any library, and with Effect, there is nothing to declare.
const { hypernodes: renamed, 'plain await': _none, Effect: _code, ...peers } = everyone('build', NODES);

export default {
  title: 'Declaring a chain of 10,000 nodes',
  operation: 'node',
  operations: NODES,
  answer: NODES,
  contestants: {
    'hypernodes: nodes': () => {
      const functions = distinctFunctions(NODES, 'async ');
      return () => distinctNodes(functions).length;
    },
    'hypernodes: pipeline': () => {
      const nodes = distinctNodes(distinctFunctions(NODES, 'async '));
      return () => pipeline.untyped(nodes).outputs.length;
    },
    'hypernodes: both': () => {
      const functions = distinctFunctions(NODES, 'async ');
      return () => pipeline.untyped(distinctNodes(functions)).outputs.length;
    },
    'hypernodes: both, one node renamed': renamed,
    ...peers,
  },
  // 50 ms for all of them.
  limits: [atMostMicros('hypernodes: both', 50_000 / NODES)],
} satisfies BenchCase;
