import type { PipelineGraph } from '../graph/index.ts';
import { answersLater, askingAhead } from '../inspect/index.ts';
import { codeOf } from './caching/code-of.ts';
import type { CommonRunOptions } from './options.ts';
import type { RunnablePipeline } from './pipeline.ts';
import { loadPacking, packing } from './sending/packing.ts';

/** Where the inspector answers later, what a run will ask of it has to be asked before: code identities, what travels. */
export const needsRehearsal: boolean = answersLater;

/** Asks ahead what a run of this pipeline will ask. */
export async function rehearse(pipeline: RunnablePipeline, options: CommonRunOptions): Promise<void> {
  const { engine = pipeline.options.engine, cache = pipeline.options.cache } = options;
  const sends = engine?.sending !== undefined;
  if (sends) await loadPacking();
  await askingAhead(() => {
    identify(pipeline);
    if (sends) packing().pack(pipeline.with({ cache: cache ?? null, callbacks: [], engine: null }));
  });
}

function identify({ wiring }: PipelineGraph): void {
  for (const definition of wiring.definitions) {
    if (definition.kind === 'pipeline') identify(definition.pipeline);
    else codeOf(definition);
  }
}
