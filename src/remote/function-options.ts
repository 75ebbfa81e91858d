import { posix } from 'node:path';
import { InputError } from '../errors.ts';
import type { ContainerSpec } from './container-spec.ts';
import { Image } from './image.ts';
import type { FunctionDefinition, RetrySettings, Scaling } from './provider.ts';
import type { Secret } from './secret.ts';
import type { Volume } from './volume.ts';

/** What the containers of a function are like. */
export interface ContainerOptions {
  /** What containers start from; `Image.node()` unless given. */
  readonly image?: Image | undefined;
  /** `A100`, `H100:2`: kind and count. */
  readonly gpu?: string | undefined;
  /** Cores, fractions allowed. */
  readonly cpu?: number | undefined;
  /** Limit in MiB. */
  readonly memory?: number | undefined;
  readonly region?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly secrets?: readonly Secret[] | undefined;
  /** By the absolute path at which the function sees them. */
  readonly volumes?: Readonly<Record<string, Volume>> | undefined;
  /** Seconds until a started container must answer. */
  readonly startupTimeout?: number | undefined;
}

/** How many containers there are, and how long and how often something may be tried. */
export interface ScalingOptions {
  /** Seconds that one attempt may take; 300 unless given. */
  readonly timeout?: number | undefined;
  /** How often a failed, killed or timed-out attempt is repeated: a number (a second apart), or a policy with delays in seconds. */
  readonly retries?: number | Partial<RetrySettings> | undefined;
  readonly minContainers?: number | undefined;
  readonly maxContainers?: number | undefined;
  /** Containers kept ready beyond those that are busy. */
  readonly bufferContainers?: number | undefined;
  /** Seconds for which an idle container is kept; 60 unless given. */
  readonly scaledownWindow?: number | undefined;
  /** Calls at once in one container; 1 unless given. */
  readonly concurrency?: number | undefined;
}

/** Options of `app.function`. */
export interface FunctionOptions extends ContainerOptions, ScalingOptions {
  /** What it is called in logs and errors; the function's own name unless given. */
  readonly name?: string | undefined;
}

/** Options of a function that takes the arguments of several calls together. */
export interface BatchOptions extends FunctionOptions {
  readonly batch: { readonly maxSize: number /** Milliseconds to wait for more. */; readonly waitMs?: number };
}

/**
 * Options with what the app says for all its functions: variables, secrets and volumes of both, and of all others what the
 * function itself says.
 */
export function withDefaults<T extends ContainerOptions>(defaults: ContainerOptions, own: T): T {
  return {
    ...defaults,
    ...defined(own),
    env: { ...defaults.env, ...own.env },
    secrets: [...(defaults.secrets ?? []), ...(own.secrets ?? [])],
    volumes: { ...defaults.volumes, ...own.volumes },
  };
}

/** What is said: an option that is undefined says nothing. */
const defined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;

const DEFAULT_TIMEOUT = 300;
const DEFAULT_MAX_CONTAINERS = 8;

type AnyOptions = FunctionOptions & Partial<Pick<BatchOptions, 'batch'>>;
type Limits = Pick<FunctionDefinition, 'scaling' | 'retries' | 'timeout' | 'batch'>;

/** What `options` mean for a provider, with files and secrets as they are now. @throws InputError `INPUT_INVALID` naming the option. */
export function settingsOf(where: string, options: AnyOptions): Limits & Pick<FunctionDefinition, 'container'> {
  return { ...limitsOf(where, options), container: containerOf(options) };
}

/**
 * Limits and numbers of containers. All options are checked: mistakes are told where they were made, not when something is
 * called; but nothing is read that must be there only then.
 *
 * @throws InputError `INPUT_INVALID` naming the option.
 */
export function limitsOf(where: string, options: AnyOptions): Limits {
  const { timeout = DEFAULT_TIMEOUT, batch } = options;
  checkNumber(where, 'timeout', timeout, { above: 0 });
  if (batch !== undefined) {
    checkNumber(where, 'batch.maxSize', batch.maxSize ?? Number.NaN, { above: 0 });
    checkNumber(where, 'batch.waitMs', batch.waitMs, { above: -1 });
  }
  checkContainer(where, options);
  return {
    scaling: scalingOf(where, options),
    retries: retriesOf(where, options.retries),
    timeout,
    batch: batch && { maxSize: batch.maxSize, waitMs: batch.waitMs ?? 0 },
  };
}

function checkContainer(where: string, options: ContainerOptions): void {
  for (const name of ['cpu', 'memory', 'startupTimeout'] as const)
    checkNumber(where, name, options[name], { above: 0 });
  const { image, secrets = [], volumes = {} } = options;
  if (image !== undefined) checkKind(where, 'image', image, 'toSpec', 'an Image');
  for (const secret of secrets) checkKind(where, 'secrets', secret, 'toSpec', 'a list of Secret');
  for (const [path, volume] of Object.entries(volumes)) {
    checkKind(where, 'volumes', volume, 'spec', 'a Volume by its path');
    if (!path.startsWith('/') || plainPath(path) === '')
      throw invalid(where, 'volumes', `the path '${path}'`, `an absolute path such as '/cache'`);
  }
}

function containerOf(options: ContainerOptions): ContainerSpec {
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
  return {
    image: image.toSpec(),
    gpu,
    cpu,
    memory,
    region,
    env: { ...env },
    secrets: secrets.map((secret) => secret.toSpec()),
    volumes: Object.fromEntries(Object.entries(volumes).map(([path, volume]) => [plainPath(path), volume.spec])),
    startupTimeout,
  };
}

/** Without `..`, doubled slashes and a slash at its end: code asks for files below it by any spelling. */
const plainPath = (path: string): string => posix.normalize(path).replace(/\/$/, '');

/** Also accepts what another copy of this library made. */
function checkKind(where: string, name: string, value: unknown, member: string, expected: string): void {
  if (typeof value === 'object' && value !== null && member in value) return;
  throw invalid(where, name, value === null ? 'null' : typeof value, expected);
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
  const settings = { maxRetries: 1, backoffCoefficient: 2, initialDelay: 1, maxDelay: 60, ...defined(policy) };
  for (const [name, value] of Object.entries(settings)) checkNumber(where, `retries.${name}`, value, { above: -1 });
  return settings;
}

function checkNumber(where: string, name: string, value: unknown, { above }: { above: number }): void {
  if (value === undefined || (typeof value === 'number' && value > above)) return;
  throw invalid(where, name, String(value), above < 0 ? 'a number from 0' : `a number above ${above}`);
}

const invalid = (where: string, name: string, found: string, expected: string): InputError =>
  new InputError('INPUT_INVALID', `${where}: ${name} is ${found}; expected ${expected}.`, { path: name });
