// A package that is in no registry, added to the image.
import { fileURLToPath } from 'node:url';
import { node, Pipeline } from 'hypernodes';
import { App, Image } from 'hypernodes/remote';

const app = new App('my-app');
const image = Image.node().addLocalSource(fileURLToPath(new URL('text-tools', import.meta.url)));

export const runPipeline = app.function({ image }, async (inputs: { text: string }) => {
  const localPackage = 'text-tools';
  const { initials } = (await import(localPackage)) as { initials: (text: string) => string };
  const pipeline = new Pipeline({ nodes: [node('short', ({ text }: { text: string }) => initials(text))] });
  return pipeline.run(inputs);
});

app.localEntrypoint(() => runPipeline.remote({ text: 'Hyper Nodes' }));
