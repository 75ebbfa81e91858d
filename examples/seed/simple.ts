// Two nodes. `finalize` reads `processed` because that is the name of its parameter.
import { node, Pipeline } from 'hypernodes';

const process = node('processed', ({ x }: { x: number }) => x * 2);
const finalize = node('result', ({ processed }: { processed: number }) => processed + 10);

const pipeline = new Pipeline({ nodes: [process, finalize] });

console.log(await pipeline.run({ x: 5 }));
