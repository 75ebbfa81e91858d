import { types } from 'node:util';
import { readArguments } from '../inspect/index.ts';
import {
  type App,
  declaredApps,
  type FunctionCall,
  RemoteClass,
  RemoteEngine,
  RemoteFunction,
} from '../remote/index.ts';
import { Pipeline } from '../run/index.ts';
import { UsageError } from './command.ts';
import { type FlagSchema, flagSchemas } from './flag-schema.ts';
import { type Flag, flagsFor } from './flags.ts';
import { loadScript } from './load-script.ts';

/** Something that `hypernodes run` can run. */
export interface Runnable {
  /** What it is, for people: `entrypoint of app 'demo'`. */
  readonly title: string;
  readonly flags: readonly Flag[];
  /** Runs it with the values of its flags. */
  run(values: Readonly<Record<string, unknown>>, on: string | undefined): unknown;
  /** Starts it and gives the call; absent when it cannot outlive this process. */
  spawn?(values: Readonly<Record<string, unknown>>): Promise<FunctionCall<unknown>>;
}

type AnyPipeline = InstanceType<typeof Pipeline>;
type AnyFunction = (...args: readonly unknown[]) => unknown;
type AnyClass = RemoteClass<readonly unknown[], Record<string, AnyFunction>>;

/**
 * What `file.ts`, `file.ts::name` or `file.ts::Class.method` means: the named export; otherwise the entrypoint, the only
 * function, or the only pipeline.
 *
 * @throws UsageError when there is none, or several to choose from.
 */
export async function findRunnable(reference: string): Promise<Runnable> {
  const [file, name] = reference.split('::') as [string, string | undefined];
  const exports = await loadScript(file);
  for (const app of declaredApps()) app.nameExports(exports);
  if (name !== undefined) return named(file, name, exports);
  const apps = declaredApps();
  const entrypoints = apps.filter(({ entrypoint }) => entrypoint !== undefined);
  if (entrypoints.length === 1) return ofEntrypoint(entrypoints[0]!);
  if (entrypoints.length > 1) throw new UsageError(`${file} has ${entrypoints.length} entrypoints; keep one of them.`);
  const functions = apps.flatMap((app) => [...app.functions]);
  if (functions.length === 1) return ofFunction(...functions[0]!);
  const pipelines = distinctPipelines(exports);
  if (functions.length === 0 && pipelines.length === 1) return ofPipeline(...pipelines[0]!);
  const choices = [...functions, ...pipelines].map(([name]) => name);
  if (choices.length === 0) {
    throw new UsageError(
      `${file} has nothing to run. Write app.localEntrypoint(…), or export a pipeline or an app.function.`,
    );
  }
  throw new UsageError(`${file} has several things to run: ${choices.join(', ')}. Say which: ${file}::${choices[0]}.`);
}

function named(file: string, name: string, exports: Readonly<Record<string, unknown>>): Runnable {
  const value = Object.hasOwn(exports, name) ? exports[name] : undefined;
  if (value instanceof Pipeline) return ofPipeline(name, value as AnyPipeline);
  if (value instanceof RemoteFunction) return ofFunction(name, value);
  const [className, method] = name.split('.') as [string, string | undefined];
  const remoteClass = Object.hasOwn(exports, className) ? exports[className] : undefined;
  if (remoteClass instanceof RemoteClass) return ofMethod(file, className, method, remoteClass as AnyClass);
  for (const app of declaredApps()) {
    const declared = app.functions.get(name);
    if (declared !== undefined) return ofFunction(name, declared);
  }
  if (typeof value === 'function') return ofPlainFunction(name, value as AnyFunction);
  const names = Object.keys(exports).filter(
    (exported) =>
      exports[exported] instanceof Pipeline ||
      exports[exported] instanceof RemoteFunction ||
      exports[exported] instanceof RemoteClass,
  );
  throw new UsageError(
    `${file} has nothing to run that is called '${name}'; it exports: ${names.join(', ') || 'none'}.`,
  );
}

function distinctPipelines(exports: Readonly<Record<string, unknown>>): [string, AnyPipeline][] {
  const found = new Map<AnyPipeline, string>();
  for (const [name, value] of Object.entries(exports)) {
    if (value instanceof Pipeline && !found.has(value as AnyPipeline)) found.set(value as AnyPipeline, name);
  }
  return [...found].map(([pipeline, name]) => [name, pipeline]);
}

async function ofEntrypoint({ name, entrypoint, entrypointSchemas = {} }: App): Promise<Runnable> {
  const { flags, argumentsFor } = callable(
    `the entrypoint of app '${name}'`,
    entrypoint as AnyFunction,
    await flagSchemas(entrypointSchemas),
  );
  return {
    title: `entrypoint of app '${name}'`,
    flags,
    run: (values) => (entrypoint as AnyFunction)(...argumentsFor(values)),
  };
}

function ofPlainFunction(name: string, run: AnyFunction): Runnable {
  const { flags, argumentsFor } = callable(`function '${name}'`, run);
  return { title: `function '${name}'`, flags, run: (values) => run(...argumentsFor(values)) };
}

function ofFunction(name: string, remote: RemoteFunction<readonly never[], unknown>): Runnable {
  const run = remote.function as AnyFunction;
  const { flags, argumentsFor } = callable(`function '${name}'`, run);
  const args = (values: Readonly<Record<string, unknown>>) => argumentsFor(values) as never[];
  return {
    title: `function '${name}'`,
    flags,
    run: (values) =>
      types.isGeneratorFunction(run) ? remote.remoteGen(...args(values)) : remote.remote(...args(values)),
    spawn: (values) => remote.spawn(...args(values)),
  };
}

/** A method of a class of an app; the arguments of the constructor are flags, too. */
function ofMethod(file: string, className: string, method: string | undefined, remoteClass: AnyClass): Runnable {
  const { made, methods } = remoteClass;
  if (method === undefined || !methods.includes(method)) {
    const what = method === undefined ? 'is a class' : `has no method '${method}'`;
    const choices = methods.map((choice) => `${file}::${className}.${choice}`).join(', ');
    throw new UsageError(`${file}: ${className} ${what}. Say which method: ${choices || 'it has none'}.`);
  }
  const run = made.prototype[method]!;
  const title = `method '${className}.${method}'`;
  const making = callable(`the constructor of ${className}`, made as unknown as AnyFunction);
  const calling = callable(title, run);
  const shared = making.flags.find(({ name }) => calling.flags.some((flag) => flag.name === name));
  if (shared !== undefined)
    throw new UsageError(
      `the constructor of ${className} and ${method} both take '${shared.name}'; rename one of them.`,
    );
  const remote = (values: Readonly<Record<string, unknown>>) =>
    remoteClass.create(...making.argumentsFor(values))[method]!;
  const args = (values: Readonly<Record<string, unknown>>) => calling.argumentsFor(values);
  return {
    title,
    flags: [...making.flags, ...calling.flags],
    run: (values) =>
      types.isGeneratorFunction(run)
        ? remote(values).remoteGen(...args(values))
        : remote(values).remote(...args(values)),
    spawn: (values) => remote(values).spawn(...args(values)),
  };
}

function ofPipeline(name: string, pipeline: AnyPipeline): Runnable {
  const parameters = pipeline.inputs.map((input) =>
    input.required ? { name: input.name } : { name: input.name, defaultText: 'its own' },
  );
  return {
    title: `pipeline '${name}'`,
    flags: flagsFor(parameters).map((flag) => ({ ...flag, kind: 'any' as const })),
    async run(values, on) {
      const engine = on === undefined || pipeline.options.engine != null ? undefined : new RemoteEngine();
      try {
        return await pipeline.run(values as never, engine === undefined ? {} : { engine });
      } finally {
        await engine?.close();
        await pipeline.options.cache?.close();
      }
    },
  };
}

/** The flags of a function, and how their values become its arguments. */
function callable(what: string, run: AnyFunction, schemas: Readonly<Record<string, FlagSchema>> = {}) {
  const read = readArguments(run);
  if (read === undefined)
    throw new UsageError(`the parameters of ${what} can't be read; write them as names, or destructure one object.`);
  const { form, parameters } = read;
  return {
    flags: flagsFor(parameters, schemas),
    argumentsFor: (values: Readonly<Record<string, unknown>>): unknown[] =>
      form === 'object' ? [values] : parameters.map(({ name }) => values[name]),
  };
}
