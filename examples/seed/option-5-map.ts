// A hundred inputs over several containers, which share a cache on a volume.
import { node, Pipeline } from 'hypernodes';
import { FileCache } from 'hypernodes/cache';
import { App, Volume } from 'hypernodes/remote';

const app = new App('hypernodes-map');
const volume = Volume.fromName('hypernodes-seed-cache', { createIfMissing: true });

const expensiveComputation = node('result', ({ x }: { x: number }) => x ** 2);

export const runSingle = app.function({ volumes: { '/cache': volume }, maxContainers: 2 }, (x: number) => {
  const pipeline = new Pipeline({ nodes: [expensiveComputation], cache: new FileCache('/cache') });
  return pipeline.run({ x });
});

app.localEntrypoint(async () => {
  const results: { result: number }[] = [];
  for await (const result of runSingle.map(Array.from({ length: 100 }, (_, x) => x))) results.push(result);
  console.log(`Computed ${results.length} results`);
  console.log(`Sum: ${results.reduce((sum, { result }) => sum + result, 0)}`);
});
