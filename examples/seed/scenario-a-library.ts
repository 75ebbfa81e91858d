// A package that only the container has, and that the function imports there.
import { node, Pipeline } from 'hypernodes';
import { App, Image } from 'hypernodes/remote';

const app = new App('my-app');
const image = Image.node().npmInstall('ms@2.1.3');

export const runPipeline = app.function({ image }, async (inputs: { text: string }) => {
  const library = 'ms';
  const { default: parse } = (await import(library)) as { default: (text: string) => number };
  const pipeline = new Pipeline({ nodes: [node('milliseconds', ({ text }: { text: string }) => parse(text))] });
  return pipeline.run(inputs);
});

app.localEntrypoint(() => runPipeline.remote({ text: '2 days' }));
