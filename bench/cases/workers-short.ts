import type { BenchCase } from '../harness/case.ts';
import { atLeastTimesAsFast } from '../harness/limits.ts';

const places = () => import('../contestants/places.ts');

export default {
  title: '10,000 items of 5 µs of computing each, in this thread or two others',
  operation: 'item',
  operations: 10000,
  answer: 10000,
  contestants: {
    'plain loop': async () => (await places()).loop(10_000, 5),
    'two threads by hand': async () => (await places()).threads(10_000, 5),
    hypernodes: async () => (await places()).mapped(10_000, 5, 0),
    'hypernodes, two workers': async () => (await places()).mapped(10_000, 5, 2),
  },
  limits: [atLeastTimesAsFast('hypernodes, two workers', 1.6, 'hypernodes')],
} satisfies BenchCase;
