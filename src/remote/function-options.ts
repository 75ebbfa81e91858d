import { InputError } from '../errors.ts';
import type { ContainerSpec } from './container-spec.ts';
import { Image } from './image.ts';
import type { FunctionDefinition, RetrySettings, Scaling } from './provider.ts';
import type { Secret } from './secret.ts';
import type { Volume } from './volume.ts';

/** What the containers of a function are like. */
export interface ContainerOptions {
  /** What containers start from; `Image.node()` unless given. */
  readonly image?: Image;
  /** `A100`, `H100:2`: kind and count. */
  readonly gpu?: string;
  /** Cores, fractions allowed. */
  readonly cpu?: number;
  /** Limit in MiB. */
  readonly memory?: number;
  readonly region?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly secrets?: readonly Secret[];
  /** By the absolute path at which the function sees them. */
  readonly volumes?: Readonly<Record<string, Volume>>;
  /** Seconds until a started container must answer. */
  readonly startupTimeout?: number;
}

/** How many containers there are, and how long and how often something may be tried. */
export interface ScalingOptions {
  /** Seconds that one attempt may take; 300 unless given. */
  readonly timeout?: number;
  /** How often a failed, killed or timed-out attempt is repeated: a number (a second apart), or a policy with delays in seconds. */
  readonly retries?: number | Partial<RetrySettings>;
  readonly minContainers?: number;
  readonly maxContainers?: number;
  /** Containers kept ready beyond those that are busy. */
  readonly bufferContainers?: number;
  /** Seconds for which an idle container is kept; 60 unless given. */
  readonly scaledownWindow?: number;
  /** Calls at once in one container; 1 unless given. */
  readonly concurrency?: number;
}

/** Options of `app.function`. */
export interface FunctionOptions extends ContainerOptions, ScalingOptions {
  /** What it is called in logs and errors; the function's own name unless given. */
  readonly name?: string;
}

/** Options of a function that takes the arguments of several calls together. */
export interface BatchOptions extends FunctionOptions {
  readonly batch: { readonly maxSize: number /** Milliseconds to wait for more. */; readonly waitMs?: number };
}

const DEFAULT_TIMEOUT = 300;
const DEFAULT_MAX_CONTAINERS = 8;

/** What `options` mean for a provider. @throws InputError `INPUT_INVALID` naming the option. */
export function settingsOf(
  where: string,
  options: FunctionOptions & Partial<Pick<BatchOptions, 'batch'>>,
): Pick<FunctionDefinition, 'container' | 'scaling' | 'retries' | 'timeout' | 'batch'> {
  const { timeout = DEFAULT_TIMEOUT, batch } = options;
  checkNumber(where, 'timeout', timeout, { above: 0 });
  return {
    container: containerOf(where, options),
    scaling: scalingOf(where, options),
    retries: retriesOf(where, options.retries),
    timeout,
    batch: batch && { maxSize: batch.maxSize, waitMs: batch.waitMs ?? 0 },
  };
}

function containerOf(where: string, options: ContainerOptions): ContainerSpec {
  for (const name of ['cpu', 'memory', 'startupTimeout'] as const)
    checkNumber(where, name, options[name], { above: 0 });
  const {
    image = Image.node(),
    gpu,
    cpu,
    memory,
    region,
    env = {},
    secrets = [],
    volumes = {},
    startupTimeout,
  } = options;
  for (const path of Object.keys(volumes)) {
    if (!path.startsWith('/'))
      throw invalid(where, `volumes`, `the path '${path}'`, `an absolute path such as '/cache'`);
  }
  return {
    image: image.toSpec(),
    gpu,
    cpu,
    memory,
    region,
    env: { ...env },
    secrets: secrets.map((secret) => secret.toSpec()),
    volumes: Object.fromEntries(Object.entries(volumes).map(([path, volume]) => [path, volume.spec])),
    startupTimeout,
  };
}

function scalingOf(where: string, options: ScalingOptions): Scaling {
  const {
    minContainers = 0,
    maxContainers = Math.max(DEFAULT_MAX_CONTAINERS, minContainers),
    bufferContainers = 0,
    scaledownWindow = 60,
    concurrency = 1,
  } = options;
  for (const [name, value] of Object.entries({ minContainers, bufferContainers, scaledownWindow })) {
    checkNumber(where, name, value, { above: -1 });
  }
  for (const [name, value] of Object.entries({ maxContainers, concurrency }))
    checkNumber(where, name, value, { above: 0 });
  if (maxContainers < minContainers) {
    throw invalid(where, 'maxContainers', String(maxContainers), `at least minContainers (${minContainers})`);
  }
  return { minContainers, maxContainers, bufferContainers, scaledownWindow, concurrency };
}

function retriesOf(where: string, retries: ScalingOptions['retries']): RetrySettings | undefined {
  if (retries === undefined) return undefined;
  const policy = typeof retries === 'number' ? { maxRetries: retries, backoffCoefficient: 1 } : retries;
  const settings = { maxRetries: 1, backoffCoefficient: 2, initialDelay: 1, maxDelay: 60, ...policy };
  for (const [name, value] of Object.entries(settings)) checkNumber(where, `retries.${name}`, value, { above: -1 });
  return settings;
}

function checkNumber(where: string, name: string, value: unknown, { above }: { above: number }): void {
  if (value === undefined || (typeof value === 'number' && value > above)) return;
  throw invalid(where, name, String(value), above < 0 ? 'a number from 0' : `a number above ${above}`);
}

const invalid = (where: string, name: string, found: string, expected: string): InputError =>
  new InputError('INPUT_INVALID', `${where}: ${name} is ${found}; expected ${expected}.`, { path: name });
