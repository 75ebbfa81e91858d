import type { BenchCase } from '../harness/case.ts';
import { atLeastTimesAsFast } from '../harness/limits.ts';

const places = () => import('../contestants/places.ts');

export default {
  title: '1000 items of 1 ms of computing each, in this thread or two others',
  operation: 'item',
  operations: 1000,
  answer: 1000,
  contestants: {
    'plain loop': async () => (await places()).loop(1000, 1000),
    'two threads by hand': async () => (await places()).threads(1000, 1000),
    hypernodes: async () => (await places()).mapped(1000, 1000, 0),
    'hypernodes, two workers': async () => (await places()).mapped(1000, 1000, 2),
  },
  limits: [atLeastTimesAsFast('hypernodes, two workers', 1.85, 'hypernodes')],
} satisfies BenchCase;
