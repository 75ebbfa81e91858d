import type { BenchCase } from '../harness/case.ts';
import { atLeastTimesAsFast } from '../harness/limits.ts';

const modal = () => import('../contestants/modal.ts');

export default {
  title: 'Map of 1,000 items that wait for 1 ms over sandboxes of a fake Modal on this machine',
  operation: 'item',
  operations: 1000,
  answer: 1000,
  contestants: {
    'in one': async () => (await modal()).map(1000, 1),
    'in four': async () => (await modal()).map(1000, 4),
  },
  limits: [atLeastTimesAsFast('in four', 3, 'in one')],
} satisfies BenchCase;
