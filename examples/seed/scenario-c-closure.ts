// A pipeline and its cache that were made here: the function closes over them, and they travel with it.
import { node, Pipeline } from 'hypernodes';
import { DiskCache } from 'hypernodes/cache';
import { App } from 'hypernodes/remote';

const app = new App('my-app');

const offset = 10;
const cache = new DiskCache('./cache');
const pipeline = new Pipeline({
  nodes: [
    node('processed', ({ x }: { x: number }) => x * 2),
    node('result', ({ processed }: { processed: number }) => processed + offset),
  ],
  cache,
});

export const runPipeline = app.function((inputs: { x: number }) => pipeline.run(inputs));

app.localEntrypoint(({ x = 5 }: { x?: number }) => runPipeline.remote({ x }));
