import { type Command, UsageError } from './command.ts';
import { findPipeline } from './find-pipeline.ts';
import { formatDuration } from './format.ts';
import { parseInputs } from './input-flags.ts';

/** `hypernodes plan`: what a run would do. */
export const planCommand: Command = {
  usage: `Usage: hypernodes plan <file.ts>[::<pipeline>] [--<input> <value> …]

Shows for each node, item by item, whether a run with these inputs would take its result from the cache, run it, or whether
that depends on what another node returns; with the time that the last executions let expect. Executes nothing.`,

  async run([reference, ...parameters]) {
    if (reference === undefined) throw new UsageError('say which file.');
    const pipeline = await findPipeline(reference);
    const { nodes } = await pipeline.plan(parseInputs(parameters));
    const count = { hit: 0, run: 0, unknown: 0 };
    let expected = 0;
    for (const { path, state, because, expectedMs } of nodes) {
      count[state]++;
      expected += expectedMs ?? 0;
      const time = state === 'hit' || expectedMs === undefined ? '' : ` (${formatDuration(expectedMs)} last time)`;
      console.log(`${state.padEnd(9)}${path}${because === undefined ? '' : `: ${because}`}${time}`);
    }
    console.log(
      `\n${count.hit} from the cache, ${count.run} to run, ${count.unknown} open; about ${formatDuration(expected)} of work at most.`,
    );
    return 0;
  },
};
