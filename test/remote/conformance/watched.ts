import { pack, unpack } from 'hypernodes/pack';
import type { CallRequest, Deployment, DeploymentObserver, LogLine, Provider } from 'hypernodes/remote';
import { type DefinitionOptions, definitionOf } from './definitions.ts';

type Retry = Parameters<NonNullable<DeploymentObserver['onRetry']>>[0];

/** A deployment whose calls take and give values, and what was seen of it. */
export interface Watched {
  readonly deployment: Deployment;
  readonly lines: readonly LogLine[];
  readonly phases: readonly string[];
  readonly retries: readonly Retry[];
  call(...args: readonly unknown[]): Promise<unknown>;
  callWith(request: Omit<CallRequest, 'args'>, ...args: readonly unknown[]): Promise<unknown>;
}

/** Deploys code, and watches what happens. */
export function deploy(provider: Provider, code: unknown, options: DefinitionOptions = {}): Watched {
  const lines: LogLine[] = [];
  const phases: string[] = [];
  const retries: Retry[] = [];
  const deployment = provider.deploy(definitionOf(code, options), {
    onLog: (line) => lines.push(line),
    onPhase: ({ phase }) => phases.push(phase),
    onRetry: (retry) => retries.push(retry),
  });
  const callWith: Watched['callWith'] = async (request, ...args) =>
    unpack(await deployment.call({ ...request, args: pack(args) }).result);
  return { deployment, lines, phases, retries, callWith, call: (...args) => callWith({}, ...args) };
}

/** Resolves when something holds; fails with what it is if that takes too long. */
export async function eventually(what: string, holds: () => boolean, limitMs = 60_000): Promise<void> {
  for (const start = Date.now(); !holds(); ) {
    if (Date.now() - start > limitMs) throw new Error(`not so after ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
