// A plain function, made remote where it is needed; works the same in a notebook cell.
import { node, Pipeline } from 'hypernodes';
import { DiskCache } from 'hypernodes/cache';
import { ProgressCallback } from 'hypernodes/callbacks';
import { App, type FunctionOptions, Image } from 'hypernodes/remote';

const app = new App('hypernodes-jupyter');

const myNode = node('result', ({ x }: { x: number }) => x * 2);

const runElsewhere = <Args extends unknown[], R>(run: (...args: Args) => R, options: FunctionOptions = {}) =>
  app.function(options, run);

const myPipeline = (x: number) => {
  const pipeline = new Pipeline({
    nodes: [myNode],
    cache: new DiskCache('./cache'),
    callbacks: [new ProgressCallback()],
  });
  return pipeline.run({ x });
};

app.localEntrypoint(async () => {
  console.log('Here:', await myPipeline(5));
  const remotePipeline = runElsewhere(myPipeline, { image: Image.node() });
  console.log('There:', await remotePipeline.remote(5));
});
