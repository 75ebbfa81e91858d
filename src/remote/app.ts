import type { StandardSchemaV1 } from '@standard-schema/spec';
import { InputError } from '../errors.ts';
import { DeployedCode } from './deployed-code.ts';
import {
  type BatchOptions,
  type ContainerOptions,
  type FunctionOptions,
  limitsOf,
  type ScalingOptions,
  settingsOf,
  withDefaults,
} from './function-options.ts';
import { printLog } from './print-logs.ts';
import type { DeploymentObserver, Provider } from './provider.ts';
import { type ClassOptions, RemoteClass } from './remote-class.ts';
import { type CallTarget, RemoteFunction } from './remote-function.ts';
import { fromState, getState } from './travel.ts';

/** What functions of an app have unless they say otherwise. */
export interface AppOptions extends ContainerOptions, ScalingOptions {
  /** Where functions run; otherwise `HYPERNODES_PROVIDER` says it, or they run in processes of this machine. */
  readonly provider?: Provider;
  /** Who is told of logs, builds and retries; logs are printed unless given. */
  readonly observer?: DeploymentObserver;
}

type AnyRemoteFunction = RemoteFunction<readonly never[], unknown>;
type AnyTarget = CallTarget<readonly never[], unknown>;
type AnyFunction = (...args: never) => unknown;
/**
 * A function as it can be called elsewhere.
 *
 * Worked out from the whole function: a constraint with parameters would take their defaults out of the inference.
 */
export type RemoteOf<F> = F extends (...args: infer Args) => infer R ? RemoteFunction<Args, R> : never;
/** A function of lists, as it can be called with one item at a time. */
export type RemoteBatchOf<F> = F extends (...lists: infer Lists extends readonly (readonly unknown[])[]) => infer R
  ? Awaited<R> extends readonly (infer Result)[]
    ? RemoteFunction<{ [Position in keyof Lists]: Lists[Position][number] }, Promise<Result>>
    : never
  : never;

/** What `hypernodes run` calls. */
export type Entrypoint = (flags: never) => unknown;

/** How an entrypoint is declared. */
export interface EntrypointOptions {
  /** Any Standard Schema by parameter; the values of flags are checked and converted by them. */
  readonly schemas?: Readonly<Record<string, StandardSchemaV1>> | undefined;
}

/** Functions that run elsewhere, and the defaults that they share. */
export class App {
  readonly name: string;
  readonly #options: AppOptions;
  readonly #functions = new Map<string, AnyRemoteFunction>();
  readonly #unnamed = new Map<AnyRemoteFunction, AnyTarget>();
  #entrypoint: Entrypoint | undefined;
  #entrypointSchemas: EntrypointOptions['schemas'];

  constructor(name: string, options: AppOptions = {}) {
    if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)) {
      throw new InputError(
        'INPUT_INVALID',
        `App: the name is ${JSON.stringify(name)}; expected up to 64 letters, digits, '-', '_' and '.'.`,
        {
          path: 'name',
        },
      );
    }
    this.name = name;
    this.#options = options;
    declared.add(this);
  }

  /** The functions by name. */
  get functions(): ReadonlyMap<string, AnyRemoteFunction> {
    return this.#functions;
  }

  /** What `hypernodes run` calls when it is not told what to. */
  get entrypoint(): Entrypoint | undefined {
    return this.#entrypoint;
  }

  /** What the values of its flags must be. */
  get entrypointSchemas(): EntrypointOptions['schemas'] {
    return this.#entrypointSchemas;
  }

  /**
   * Declares a function that can be called here (`local`) and in a container (`remote`, `map`, `spawn`).
   *
   * Nothing starts before the first call. What the function closes over travels with it.
   *
   * @throws InputError `INPUT_INVALID` naming an option that means nothing.
   * @example
   * const app = new App('squares');
   * const square = app.function({ timeout: 60, retries: 2 }, async (x: number) => x * x);
   * console.log(square.local(7));
   */
  function<F extends Function>(options: FunctionOptions & { readonly batch?: never }, run: F): RemoteOf<F>;
  function<F extends Function>(run: F): RemoteOf<F>;
  /** With `batch`, the function gets the arguments of several calls as lists and gives a list of results. */
  function<F extends Function>(options: BatchOptions, run: F): RemoteBatchOf<F>;
  function(first: FunctionOptions | AnyFunction, second?: AnyFunction): unknown {
    const [options, run] = typeof first === 'function' ? [{}, first] : [first, second];
    if (typeof run !== 'function') {
      throw new InputError('INPUT_INVALID', `app.function: expected a function, found ${typeof run}.`, {
        hint: 'Write app.function({ timeout: 60 }, async (x: number) => x * x).',
      });
    }
    const { batch } = options as Partial<BatchOptions>;
    const name = options.name ?? run.name;
    const target = this.#targetOf(this.#freeName(name), options, batch === undefined ? run : ofOne(run), run);
    const remote = new RemoteFunction(target, { app: this, options, run });
    if (name === '') this.#unnamed.set(remote, target);
    this.#functions.set(target.name, remote);
    return remote;
  }

  /** Gives functions that have no name of their own that of their export. @internal */
  nameExports(exports: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(exports)) {
      const target = this.#unnamed.get(value as never);
      if (target === undefined || this.#functions.has(name)) continue;
      this.#functions.delete(target.name);
      target.name = name;
      this.#functions.set(name, value as never);
      this.#unnamed.delete(value as never);
    }
  }

  /** Declares a class that is made once per container and whose methods are called there. */
  cls<Args extends readonly unknown[], T extends object>(
    options: ClassOptions<T>,
    made: new (...args: Args) => T,
  ): RemoteClass<Args, T> {
    const merged = withDefaults(this.#options, options);
    const name = options.name ?? made.name;
    limitsOf(`${this.name}.${name}`, merged);
    return new RemoteClass(made, options, (code, instance) => {
      return new DeployedCode({
        code,
        settings: () => ({
          app: this.name,
          name: instance,
          kind: 'class',
          ...settingsOf(`${this.name}.${name}`, merged),
        }),
        provider: () => this.#options.provider,
        observer: this.#observer,
      });
    });
  }

  /**
   * Says what `hypernodes run` calls; flags of the command line become its parameters.
   *
   * @returns The function itself.
   */
  localEntrypoint<F extends Entrypoint>(run: F, options: EntrypointOptions = {}): F {
    if (this.#entrypoint !== undefined) {
      throw new InputError('INPUT_CONFLICT', `App '${this.name}' has an entrypoint already.`, {
        hint: 'Name functions on the command line instead: file.ts::name.',
      });
    }
    this.#entrypoint = run;
    this.#entrypointSchemas = options.schemas;
    return run;
  }

  [getState](): { readonly name: string } {
    return { name: this.name };
  }

  static [fromState]({ name }: { readonly name: string }): App {
    return new App(name);
  }

  get #observer(): DeploymentObserver {
    return this.#options.observer ?? { onLog: printLog };
  }

  #targetOf(name: string, options: FunctionOptions, here: AnyFunction, run: AnyFunction): AnyTarget {
    const merged = withDefaults(this.#options, options);
    const settings = (): ReturnType<typeof settingsOf> => settingsOf(`${this.name}.${target.name}`, merged);
    const target: AnyTarget = {
      name,
      here: here as AnyTarget['here'],
      code: new DeployedCode({
        code: () => run,
        settings: () => ({ app: this.name, name: target.name, kind: 'function', ...settings() }),
        provider: () => this.#options.provider,
        observer: this.#observer,
      }),
    };
    limitsOf(`${this.name}.${name}`, merged);
    return target;
  }

  #freeName(wanted: string): string {
    const base = wanted === '' ? 'function' : wanted;
    let name = base;
    for (let count = 2; this.#functions.has(name); count++) name = `${base}_${count}`;
    return name;
  }
}

/** A batch function, called for one item. */
const ofOne =
  (run: AnyFunction) =>
  async (...args: unknown[]): Promise<unknown> =>
    ((await (run as (...lists: unknown[]) => unknown)(...args.map((arg) => [arg]))) as readonly unknown[])[0];

/** The apps of this process, in the order of their making: what `hypernodes run` finds in a script that exports nothing. */
const declared = new Set<App>();

/** @internal */
export const declaredApps = (): readonly App[] => [...declared];
