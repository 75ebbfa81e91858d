import { type Command, UsageError } from './command.ts';
import { findPipeline } from './find-pipeline.ts';
import { formatChange } from './format.ts';
import { parseInputs } from './input-flags.ts';

/** `hypernodes why`: which nodes the cache knows, and what changed for the others. */
export const whyCommand: Command = {
  usage: `Usage: hypernodes why <file.ts>[::<pipeline>] [--<input> <value> …]

Shows for each node whether the cache of the pipeline knows its result for these inputs, and if not, what changed since
the node last ran. Values are JSON, @file for the JSON in a file, or text. Executes nothing.`,

  async run([reference, ...parameters]) {
    if (reference === undefined) throw new UsageError('say which file.');
    const pipeline = await findPipeline(reference);
    const { nodes } = await pipeline.explain(parseInputs(parameters));
    for (const { path, state, because, changed = [] } of nodes) {
      console.log(`${state.padEnd(9)}${path}${because === undefined ? '' : `: ${because}`}`);
      for (const change of changed) console.log(`           ${formatChange(change)}`);
    }
    return 0;
  },
};
