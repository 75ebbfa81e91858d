import type { BenchCase } from '../harness/case.ts';
import { atMostMicros } from '../harness/limits.ts';

const NODES = 1000;

function plainCalls(): () => number {
  const increment = ({ value }: { value: number }): number => value + 1;
  return () => {
    let value = 0;
    for (let node = 0; node < NODES; node++) value = increment({ value });
    return value;
  };
}

export default {
  title: 'Chain of 1000 synchronous nodes with runSync',
  operation: 'node',
  operations: NODES,
  answer: NODES,
  contestants: {
    'plain calls': plainCalls,
    hypernodes: async () => (await import('../contestants/hypernodes.ts')).chainSync(NODES),
    'hypernodes, 1000 functions': async () => (await import('../contestants/hypernodes.ts')).distinctChainSync(NODES),
  },
  limits: [atMostMicros('hypernodes', 0.06)],
} satisfies BenchCase;
