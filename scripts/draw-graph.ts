// Draws docs/graph.svg: a pipeline after a run, as `toSVG` shows it. Needs a build. npx tsx scripts/draw-graph.ts
import { writeFileSync } from 'node:fs';
import { node, Pipeline, reportOf } from 'hypernodes';
import { MemoryCache } from 'hypernodes/cache';
import { toSVG } from 'hypernodes/viz';

const documents = node('documents', ({ folder }: { folder: string }) => [`${folder}/a`, `${folder}/b`, `${folder}/a`]);
const clean = node('cleaned', ({ text }: { text: string }) => text.trim());
const embed = node('embedding', ({ cleaned, model = 'small' }: { cleaned: string; model?: string }) => {
  if (cleaned.endsWith('b')) throw new RangeError(`${model} cannot read ${cleaned}`);
  return [cleaned.length];
});
const perDoc = new Pipeline({ name: 'per_doc', nodes: [clean, embed] });
const index = node('index', ({ embeddings }: { embeddings: readonly (number[] | undefined)[] }) => embeddings.length);
const corpus = new Pipeline({
  name: 'corpus',
  nodes: [
    documents,
    perDoc.asNode({
      inputs: { documents: 'text' },
      outputs: { embedding: 'embeddings' },
      mapOver: 'documents',
      onError: 'collect',
    }),
    index,
  ],
});

const cache = new MemoryCache();
await corpus.run({ folder: 'mails' }, { cache, outputs: ['documents'] });
const result = await corpus.run({ folder: 'mails' }, { cache, report: true });
const picture = await toSVG(corpus, { report: reportOf(result), direction: 'right' });
// Times are of this machine and this moment.
writeFileSync(new URL('../docs/graph.svg', import.meta.url), picture.replace(/,? ?(&lt;)?[\d.]+m?s(?=<)/g, ''));
