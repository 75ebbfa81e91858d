import { inspect } from 'node:util';
import { HypernodesError, RemoteError } from '../errors.ts';
import { closeProviders, useProvider } from '../remote/index.ts';
import { codeFrame } from './code-frame.ts';
import { type Command, UsageError } from './command.ts';
import { findRunnable, type Runnable } from './find-runnable.ts';
import { describeFlags, parseFlags } from './flags.ts';
import { planCommand } from './plan.ts';
import { readRunParameters } from './run-parameters.ts';

const usage = `Usage: hypernodes run <file.ts>[::<name>] [--on local|modal] [--detach] [--dry-run] [--] [--<parameter> <value> …]

Runs what the file is for: the entrypoint of its app, its only app function (in a container), or its only pipeline; or what
<name> says, which may be Class.method. Flags become its parameters, my-flag myFlag; values are JSON, @file for the JSON in a file, or text.

  --on <provider>  where app functions, or the pipeline, run
  --detach         start the function, print the id of the call, and leave
  --dry-run        execute nothing, show what would run (pipelines)
  --help           with a file: list its flags`;

const DRY_RUN = 'dry-run';

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
    if (isDryRun && !(await takesDryRun(reference))) return planCommand.run([reference, ...flags]);
    if (provider !== undefined) useProvider(provider);
    const stopped = endOnSignals();
    try {
      const runnable = await findRunnable(reference);
      const values = await parseFlags(runnable.flags, isDryRun ? [`--${DRY_RUN}`, ...flags] : flags);
      if (isDetached) return await detach(runnable, values);
      const result = await runnable.run(values, provider);
      if (isGenerator(result)) for await (const value of result) print(value);
      else if (result !== undefined) print(result);
      return 0;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (stopped.exitCode !== undefined) return stopped.exitCode;
      report(error);
      return 1;
    } finally {
      await closeProviders();
    }
  },
};

/** Whether the script has a flag of its own that is called like ours: then that one is meant. */
async function takesDryRun(reference: string): Promise<boolean> {
  try {
    return (await findRunnable(reference)).flags.some(({ spelling }) => spelling === DRY_RUN);
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

function isGenerator(value: unknown): value is AsyncGenerator | Generator {
  return /Generator\]$/.test(Object.prototype.toString.call(value));
}

/** Starts a call that goes on after this process, and prints its id. */
async function detach(runnable: Runnable, values: Readonly<Record<string, unknown>>): Promise<number> {
  if (runnable.spawn === undefined) throw new UsageError(`--detach is for app functions; this is ${runnable.title}.`);
  const call = await runnable.spawn(values);
  if (!call.outlivesProcess) {
    await call.cancel();
    throw new UsageError(
      '--detach: containers of this machine end with this process; add --on modal, or wait for the result.',
    );
  }
  console.log(call.id);
  return 0;
}

/** Ends containers before this process, whatever ends it; gives the exit code once there is one. */
function endOnSignals(): { readonly exitCode: number | undefined } {
  const stopped = { exitCode: undefined as number | undefined };
  for (const [signal, exitCode] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      stopped.exitCode = exitCode;
      void closeProviders().finally(() => process.exit(exitCode));
    });
  }
  return stopped;
}

function print(value: unknown): void {
  console.log(typeof value === 'string' ? value : inspect(value, { depth: null, colors: process.stdout.isTTY }));
}

function report(error: unknown): void {
  const frame = codeFrame(error);
  if (frame !== undefined) console.error(`${frame}\n`);
  // Our own messages say what to do; what user code threw is shown with its stack, here and there.
  const isOurs = error instanceof HypernodesError && !(error instanceof RemoteError);
  console.error(isOurs ? `hypernodes: ${error.message}` : error);
}
