// Packages that the function imports where it runs: hypernodes, which is there in any case, and one that only the container has.
import { App, Image } from 'hypernodes/remote';

const app = new App('my-app');
const image = Image.node().npmInstall('hypernodes', 'ms@2.1.3');

export const runPipeline = app.function({ image }, async (inputs: { text: string }) => {
  const { node, Pipeline } = await import('hypernodes');
  const { DiskCache } = await import('hypernodes/cache');
  const library = 'ms';
  const { default: parse } = (await import(library)) as { default: (text: string) => number };
  const pipeline = new Pipeline({
    nodes: [node('milliseconds', ({ text }: { text: string }) => parse(text))],
    cache: new DiskCache('./cache'),
  });
  return pipeline.run(inputs);
});

app.localEntrypoint(() => runPipeline.remote({ text: '2 days' }));
