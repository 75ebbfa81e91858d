// Live objects go there as arguments: a cache travels as its configuration, a callback as what it was made of.
import { node, Pipeline } from 'hypernodes';
import { type Cache, DiskCache } from 'hypernodes/cache';
import { type Callback, ProgressCallback } from 'hypernodes/callbacks';
import { App } from 'hypernodes/remote';

const app = new App('hypernodes-instances');

const process = node('result', ({ x }: { x: number }) => x * 2);

export const runWithInstances = app.function((inputs: { x: number }, cache: Cache, callbacks: Callback[]) =>
  new Pipeline({ nodes: [process], cache, callbacks }).run(inputs),
);

app.localEntrypoint(async () => {
  const cache = new DiskCache('./cache');
  const callbacks = [new ProgressCallback()];
  return runWithInstances.remote({ x: 5 }, cache, callbacks);
});
