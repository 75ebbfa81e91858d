import type { BenchCase } from '../harness/case.ts';
import { atLeastTimesAsFast } from '../harness/limits.ts';

const places = () => import('../contestants/places.ts');

export default {
  title: 'First call of a function: a container is started',
  operation: 'call',
  operations: 1,
  answer: 1,
  contestants: {
    'node -e 0': async () => (await places()).bareNode(),
    hypernodes: async () => (await places()).coldCall(),
  },
  limits: [atLeastTimesAsFast('hypernodes', 0.5, 'node -e 0')],
} satisfies BenchCase;
