import { inspect } from 'node:util';
import { HypernodesError, RemoteError } from '../errors.ts';
import { closeProviders, useProvider } from '../remote/index.ts';
import { codeFrame } from './code-frame.ts';
import { type Command, UsageError } from './command.ts';
import { findRunnable } from './find-runnable.ts';
import { describeFlags, parseFlags } from './flags.ts';
import { planCommand } from './plan.ts';
import { readRunParameters } from './run-parameters.ts';

const usage = `Usage: hypernodes run <file.ts>[::<name>] [--on local|modal] [--detach] [--dry-run] [--] [--<parameter> <value> …]

Runs what the file is for: the entrypoint of its app, its only app function (in a container), or its only pipeline; or what
<name> says. Flags become its parameters, my-flag myFlag; values are JSON, @file for the JSON in a file, or text.

  --on <provider>  where app functions, or the pipeline, run
  --detach         start the function, print the id of the call, and leave
  --dry-run        execute nothing, show what would run (pipelines)
  --help           with a file: list its flags`;

/** `hypernodes run`: runs what a script is for. */
export const runCommand: Command = {
  usage,

  async help(parameters) {
    const { reference } = readRunParameters(parameters);
    const { title, flags } = await findRunnable(reference);
    return `Usage: hypernodes run ${reference} [options] [flags]\n\nRuns ${title}.\n\n${flags.length === 0 ? 'It takes no flags.' : describeFlags(flags)}`;
  },

  async run(parameters) {
    const { reference, provider, isDetached, isDryRun, flags } = readRunParameters(parameters);
    if (isDryRun) return planCommand.run([reference, ...flags]);
    if (provider !== undefined) useProvider(provider);
    endOnSignals();
    try {
      const runnable = await findRunnable(reference);
      const values = parseFlags(runnable.flags, flags);
      if (isDetached) {
        if (runnable.spawn === undefined)
          throw new UsageError(`--detach is for app functions; this is ${runnable.title}.`);
        console.log((await runnable.spawn(values)).id);
        return 0;
      }
      const result = await runnable.run(values, provider);
      if (result !== undefined) console.log(inspect(result, { depth: null, colors: process.stdout.isTTY }));
      return 0;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      report(error);
      return 1;
    } finally {
      if (!isDetached) await closeProviders();
    }
  },
};

/** Ends containers before this process, whatever ends it. */
function endOnSignals(): void {
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      void closeProviders().finally(() => process.exit(code));
    });
  }
}

function report(error: unknown): void {
  const frame = codeFrame(error);
  if (frame !== undefined) console.error(`${frame}\n`);
  // Our own messages say what to do; what user code threw is shown with its stack, here and there.
  const isOurs = error instanceof HypernodesError && !(error instanceof RemoteError);
  console.error(isOurs ? `hypernodes: ${error.message}` : error);
}
