import { node, Pipeline, pipeline } from 'hypernodes';
import { z } from 'zod';

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

/** Labels that mean something in one of the formats, or are long. */
export const oddLabels = [
  'end',
  'graph',
  'subgraph',
  'class',
  'style default',
  'strict digraph {',
  '}',
  '1. first',
  '- item',
  '# heading',
  '**bold** __init__ `code`',
  '"quoted"',
  'a\\nb\\',
  'two\nlines',
  'return\r\nline',
  '&lt;b&gt; &#35; #35; #quot;',
  '<img src=x onerror=alert(1)>',
  '%% comment',
  'a-->b|c|',
  '[[x]] ((y)) {{z}}',
  '日本語 naïve 👩‍💻 ‮rtl',
  'constructor',
  '__proto__',
  'long '.repeat(60).trim(),
  'x'.repeat(200),
  '\0 \u001b[31m',
];

/** A chain of nodes with those labels, in a pipeline that is nested, with such names too. */
export const odd = new Pipeline({
  name: 'end',
  nodes: [
    new Pipeline({
      name: 'subgraph "x" [y]',
      nodes: oddLabels.map((label, index) =>
        node({
          name: `v${index}`,
          label,
          inputs: [index === 0 ? 'constructor' : `v${index - 1}`],
          run: () => 1,
        }),
      ) as never,
    }).asNode({ mapOver: 'constructor' } as never),
  ] as never,
});

const read = node({
  name: 'words',
  schemas: { text: z.string(), stop: z.enum(['a', 'the']).optional() },
  output: z.array(z.string()),
  run: ({ text }) => text.split(' '),
});
const sizes = node({
  name: ['shortest', 'longest'],
  schemas: { words: z.array(z.string()) },
  output: z.object({ shortest: z.number(), longest: z.int().nullable() }),
  run: ({ words }: { words: string[] }) => ({ shortest: words[0]!.length, longest: words.at(-1)!.length }),
} as never) as never;
const perText = pipeline.untyped([read, sizes], { name: 'per_text' });

/** What its inputs and outputs are is known by schemas. */
export const typed = pipeline.untyped(
  [perText.asNode({ inputs: { texts: 'text' }, outputs: { longest: 'longest' }, mapOver: 'texts' })],
  { name: 'typed' },
);

/** The same pipeline twice, under one name. */
export const twice = new Pipeline({
  name: 'twice',
  nodes: [
    perDoc.asNode({ inputs: { before: 'text' }, outputs: { length: 'lengthBefore' } }),
    perDoc.asNode({ inputs: { after: 'text' }, outputs: { length: 'lengthAfter' } }),
    node(
      'grown',
      ({ lengthBefore, lengthAfter }: { lengthBefore: number; lengthAfter: number }) => lengthAfter - lengthBefore,
    ),
  ],
});
