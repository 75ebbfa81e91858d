import { node, Pipeline } from 'hypernodes';

const clean = node('cleaned', ({ text }: { text: string }) => text.trim());
const measure = node({
  name: ['length', 'words'],
  label: 'measures',
  inputs: ['cleaned', 'language'],
  run: ({ cleaned }: { cleaned: string; language: string }) => {
    if (cleaned === 'bad') throw new RangeError('bad text');
    return { length: cleaned.length, words: cleaned.split(' ').length };
  },
});
export const perDoc = new Pipeline({ name: 'per_doc', nodes: [clean, measure] });

const load = node('documents', ({ path }: { path: string }) => path.split(','));
const total = node('total', ({ lengths, base = 0 }: { lengths: readonly (number | undefined)[]; base?: number }) =>
  lengths.reduce<number>((sum, length) => sum + (length ?? 0), base),
);

/** Nested, mapped, with renames, a default, and an output that nobody reads. */
export const corpus = new Pipeline({
  name: 'corpus',
  nodes: [
    load,
    perDoc.asNode({
      inputs: { documents: 'text' },
      outputs: { length: 'lengths', words: 'counts' },
      mapOver: 'documents',
      onError: 'collect',
    }),
    total,
  ],
});

/** Names that try to break out of every format. */
export const hostile = new Pipeline({
  name: '</text><script>alert(1)</script>',
  nodes: [
    node({
      name: 'a"];b',
      label: '"];\n<b>&amp; #quot; \\ | ]] end',
      inputs: ['x y', '日本語'],
      run: () => 1,
    }),
  ],
});
