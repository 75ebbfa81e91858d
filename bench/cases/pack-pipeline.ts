import type { BenchCase } from '../harness/case.ts';
import { atMostMicros } from '../harness/limits.ts';

const packing = () => import('../contestants/packing.ts');

export default {
  title: 'Pack a pipeline of two nodes with small closures, and unpack it',
  operation: 'pipeline',
  operations: 1,
  answer: 17,
  contestants: {
    'structured clone of the answer': async () => (await packing()).cloneNumber(17),
    'hypernodes, packed again': async () => (await packing()).packAgain(),
    'hypernodes, of functions made anew': async () => (await packing()).packNewFunctions(),
    'hypernodes, unpacked': async () => (await packing()).unpackAgain(),
  },
  limits: [
    atMostMicros('hypernodes, packed again', 200),
    atMostMicros('hypernodes, of functions made anew', 2000),
    atMostMicros('hypernodes, unpacked', 1000),
  ],
} satisfies BenchCase;
