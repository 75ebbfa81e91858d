import type { BenchCase } from '../harness/case.ts';
import { atMostWallMs } from '../harness/limits.ts';

const places = () => import('../contestants/places.ts');

export default {
  title: 'A buffer of 50 MB to a container and back',
  operation: 'round trip',
  operations: 1,
  answer: 50000000,
  contestants: {
    'copied twice': async () => (await places()).copyBuffer(50),
    hypernodes: async () => (await places()).remoteBuffer(50),
  },
  limits: [atMostWallMs('hypernodes', 250)],
} satisfies BenchCase;
