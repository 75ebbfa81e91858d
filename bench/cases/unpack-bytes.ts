import type { BenchCase } from '../harness/case.ts';
import { atMostMegabytesAbove, atMostTimes } from '../harness/limits.ts';

const packing = () => import('../contestants/packing.ts');

export default {
  title: 'Unpack a Float32Array of 50 MB',
  operation: 'array',
  operations: 1,
  answer: 1.5,
  contestants: {
    'one checksum of the bytes': async () => (await packing()).checkBytes(),
    'v8.deserialize': async () => (await packing()).deserializeBytes(),
    hypernodes: async () => (await packing()).unpackBytes(),
  },
  limits: [
    atMostTimes('hypernodes', 2, 'one checksum of the bytes'),
    // It looks at the memory of the payload itself.
    atMostMegabytesAbove('hypernodes', 20, 'one checksum of the bytes'),
  ],
} satisfies BenchCase;
