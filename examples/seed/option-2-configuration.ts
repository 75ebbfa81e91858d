// Configuration goes there as plain values.
import { node, Pipeline } from 'hypernodes';
import { DiskCache } from 'hypernodes/cache';
import { type Callback, LoggingCallback, ProgressCallback } from 'hypernodes/callbacks';
import { App } from 'hypernodes/remote';

const app = new App('hypernodes-complex');

const processData = node('result', ({ data }: { data: { value: number } }) => ({ value: data.value * 2 }));

export const runWithConfiguration = app.function(
  async (inputs: { data: { value: number } }, cachePath = './cache', logs = false) => {
    const callbacks: Callback[] = [new ProgressCallback()];
    if (logs) callbacks.push(new LoggingCallback());
    const pipeline = new Pipeline({ nodes: [processData], cache: new DiskCache(cachePath), callbacks });
    return pipeline.run(inputs);
  },
);

app.localEntrypoint(() => runWithConfiguration.remote({ data: { value: 10 } }, './container-cache', true));
