import type { BenchCase } from '../harness/case.ts';
import { atMostTimes } from '../harness/limits.ts';

const ROWS = 20_000;
const packing = () => import('../contestants/packing.ts');

export default {
  title: 'Pack 20,000 rows of plain data, and unpack them',
  operation: 'row',
  operations: ROWS,
  answer: ROWS,
  contestants: {
    'v8.serialize and deserialize': async () => (await packing()).serializeRows(ROWS),
    hypernodes: async () => (await packing()).packRows(ROWS),
  },
  limits: [atMostTimes('hypernodes', 1.3, 'v8.serialize and deserialize')],
} satisfies BenchCase;
