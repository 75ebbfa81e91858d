import { inspect } from 'node:util';
import { type Command, UsageError } from './command.ts';
import { findPipeline } from './find-pipeline.ts';
import { parseInputs } from './input-flags.ts';
import { planCommand } from './plan.ts';

/** `hypernodes run`: runs a pipeline of a file, or shows what that would do. */
export const runCommand: Command = {
  usage: `Usage: hypernodes run [--dry-run] <file.ts>[::<pipeline>] [--<input> <value> …]

Runs the pipeline with these inputs and prints what it returns. Values are JSON, @file for the JSON in a file, or text.
With --dry-run it executes nothing and shows what would run, as 'hypernodes plan' does.`,

  async run(parameters) {
    const [first, ...rest] = parameters;
    if (first === '--dry-run') return planCommand.run(rest);
    if (first === undefined || first.startsWith('--')) throw new UsageError('say which file.');
    const pipeline = await findPipeline(first);
    const outputs = await pipeline.run(parseInputs(rest));
    await pipeline.options.cache?.close();
    console.log(inspect(outputs, { depth: null, colors: process.stdout.isTTY }));
    return 0;
  },
};
