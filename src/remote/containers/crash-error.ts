import { RemoteError } from '../../errors.ts';
import type { FatalMeta } from '../frames/index.ts';
import type { FunctionDefinition } from '../provider.ts';
import type { ContainerExit } from './container-host.ts';

/** What is known of the end of a container. */
export interface ContainerEnd {
  readonly exit: ContainerExit;
  /** What the runner itself said, if it had the time. */
  readonly fatal: { readonly meta: Partial<FatalMeta>; readonly error: unknown } | undefined;
  readonly lastLines: readonly string[];
}

/** The error of calls that ran in a container when it ended. */
export function crashError(definition: FunctionDefinition, container: string, end: ContainerEnd): RemoteError {
  const { app, name } = definition;
  const where = `${app}.${name}: its container ${container}`;
  const { exit, fatal } = end;
  if (exit.cause === 'out-of-memory') {
    const limit = definition.container.memory;
    return new RemoteError(
      'REMOTE_OUT_OF_MEMORY',
      `${where} ran out of memory${limit === undefined ? '' : ` (its limit is ${limit} MiB)`}.${printed(end)}`,
      { hint: "Raise 'memory', or hold less at once." },
    );
  }
  if (exit.cause === 'preempted') {
    return new RemoteError('REMOTE_CRASHED', `${where} was stopped or taken away by the provider.`, {
      hint: "Set 'retries', so that such calls are repeated.",
    });
  }
  if (exit.cause === 'lost') {
    return new RemoteError('REMOTE_CRASHED', `${where} cannot be reached any more: the connection to it broke off.`, {
      hint: "Check the network, and set 'retries', so that such calls are repeated.",
    });
  }
  if (fatal?.meta.reason === 'exit') {
    return new RemoteError(
      'REMOTE_CRASHED',
      `${where} ended with exit code ${fatal.meta.code ?? exit.code}: something in it called process.exit().${printed(end)}`,
      { hint: 'Return or throw instead.' },
    );
  }
  if (fatal) {
    const what = fatal.meta.reason === 'unhandled-rejection' ? 'a rejection that nothing handled' : 'an uncaught error';
    return new RemoteError('REMOTE_CRASHED', `${where} ended because of ${what}: ${String(fatal.error)}.`, {
      cause: fatal.error,
      hint: 'Await or catch what fails in the background.',
    });
  }
  return new RemoteError('REMOTE_CRASHED', `${where} ${manner(exit)} while it ran.${printed(end)}`);
}

/** The error of calls for which no container could be started. */
export function startError(definition: FunctionDefinition, container: string, end: ContainerEnd): RemoteError {
  return new RemoteError(
    'REMOTE_START',
    `${definition.app}.${definition.name}: its container ${container} ${manner(end.exit)} while it was starting.${printed(end)}`,
    end.fatal ? { cause: end.fatal.error } : {},
  );
}

function manner({ code, signal }: ContainerExit): string {
  return signal === undefined ? `ended with exit code ${code ?? 'unknown'}` : `was killed by ${signal}`;
}

function printed({ lastLines }: ContainerEnd): string {
  return lastLines.length === 0 ? '' : ` It last printed:\n${lastLines.map((line) => `  ${line}`).join('\n')}\n`;
}
