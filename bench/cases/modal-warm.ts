import type { BenchCase } from '../harness/case.ts';
import { atMostWallMs } from '../harness/limits.ts';

const modal = () => import('../contestants/modal.ts');

export default {
  title: 'Call of a function in a sandbox that is there, of a fake Modal on this machine',
  operation: 'call',
  operations: 1,
  answer: 1,
  contestants: {
    hypernodes: async () => (await modal()).warmCall(),
  },
  limits: [atMostWallMs('hypernodes', 5)],
} satisfies BenchCase;
