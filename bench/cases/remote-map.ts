import type { BenchCase } from '../harness/case.ts';
import { atMostWallMs } from '../harness/limits.ts';

const places = () => import('../contestants/places.ts');

export default {
  title: 'Map of 10,000 tiny items over two containers',
  operation: 'item',
  operations: 10000,
  answer: 10000,
  contestants: {
    hypernodes: async () => (await places()).remoteMap(10_000),
  },
  limits: [atMostWallMs('hypernodes', 500)],
} satisfies BenchCase;
