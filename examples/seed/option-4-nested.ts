// A pipeline in a pipeline; both share one cache, which only the outer one is given.
import { node, Pipeline } from 'hypernodes';
import { DiskCache } from 'hypernodes/cache';
import { ProgressCallback } from 'hypernodes/callbacks';
import { App } from 'hypernodes/remote';

const app = new App('hypernodes-nested');

const clean = node('cleaned', ({ text }: { text: string }) => text.trim().toLowerCase());
const tokenize = node('tokenized', ({ cleaned }: { cleaned: string }) => cleaned.split(/\s+/));
const aggregate = node('final', ({ tokenized }: { tokenized: string[] }) => tokenized.length);

export const runNested = app.function((inputs: { text: string }) => {
  const inner = new Pipeline({ name: 'inner', nodes: [clean, tokenize] });
  const outer = new Pipeline({
    name: 'outer',
    nodes: [inner.asNode(), aggregate],
    cache: new DiskCache('./cache'),
    callbacks: [new ProgressCallback()],
  });
  return outer.run(inputs, { outputs: ['final'] });
});

app.localEntrypoint(() => runNested.remote({ text: '  Hello World  ' }));
