// A pipeline is a node of another pipeline.
import { node, Pipeline } from 'hypernodes';

const clean = node('cleaned', ({ text }: { text: string }) => text.trim().toLowerCase());
const tokenize = node('tokenized', ({ cleaned }: { cleaned: string }) => cleaned.split(/\s+/));
const inner = new Pipeline({ name: 'inner', nodes: [clean, tokenize] });

const aggregate = node('final', ({ tokenized }: { tokenized: string[] }) => tokenized.length);
const outer = new Pipeline({
  name: 'outer',
  nodes: [inner.asNode({ outputs: { tokenized: 'tokenized' } }), aggregate],
});

console.log(await outer.run({ text: '  Hello World  ' }, { outputs: ['final'] }));
