import type { BenchCase } from '../harness/case.ts';
import { atMostWallMs } from '../harness/limits.ts';

const places = () => import('../contestants/places.ts');

export default {
  title: 'Call of a function in a container that is there',
  operation: 'call',
  operations: 1,
  answer: 1,
  contestants: {
    hypernodes: async () => (await places()).warmCall(),
  },
  limits: [atMostWallMs('hypernodes', 2)],
} satisfies BenchCase;
