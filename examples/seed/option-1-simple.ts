// A whole pipeline in a container: cache and callbacks are made there.
import { node, Pipeline } from 'hypernodes';
import { DiskCache } from 'hypernodes/cache';
import { ProgressCallback } from 'hypernodes/callbacks';
import { App } from 'hypernodes/remote';

const app = new App('hypernodes-pipeline');

const process = node('processed', ({ x }: { x: number }) => x * 2);
const finalize = node('result', ({ processed }: { processed: number }) => processed + 10);

export const runPipeline = app.function((inputs: { x: number }) => {
  const pipeline = new Pipeline({
    nodes: [process, finalize],
    cache: new DiskCache('./cache'),
    callbacks: [new ProgressCallback()],
  });
  return pipeline.run(inputs);
});

app.localEntrypoint(async ({ x = 5 }: { x?: number }) => {
  console.log('Local:', await runPipeline.local({ x }));
  console.log('Remote:', await runPipeline.remote({ x }));
});
