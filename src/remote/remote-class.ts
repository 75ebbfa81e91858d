import type { DeployedCode } from './deployed-code.ts';
import type { FunctionOptions } from './function-options.ts';
import type { ClassCode } from './provider.ts';
import { RemoteFunction } from './remote-function.ts';

type MethodNames<T> = { [Name in keyof T]: T[Name] extends (...args: never) => unknown ? Name : never }[keyof T] &
  string;

/** Options of `app.cls`. */
export interface ClassOptions<T> extends FunctionOptions {
  /** Methods to call once after the object is made: they load what the others need. */
  readonly enter?: MethodNames<T> | readonly MethodNames<T>[];
  /** Methods to call before a container ends. */
  readonly exit?: MethodNames<T> | readonly MethodNames<T>[];
}

/** The methods of an object that lives in containers. */
export type RemoteInstance<T> = {
  readonly [Name in MethodNames<T>]: T[Name] extends (...args: infer Args) => infer R
    ? RemoteFunction<Args, Promise<Awaited<R>>>
    : never;
};

/** A class whose objects live in containers; each set of arguments has containers of its own. */
export class RemoteClass<Args extends readonly unknown[], T extends object> {
  readonly #made: new (
    ...args: Args
  ) => T;
  readonly #lifecycle: { readonly enter: readonly string[]; readonly exit: readonly string[] };
  readonly #deploy: (code: () => ClassCode, name: string) => DeployedCode;

  constructor(
    made: new (...args: Args) => T,
    options: ClassOptions<T>,
    deploy: (code: () => ClassCode, name: string) => DeployedCode,
  ) {
    this.#made = made;
    this.#lifecycle = { enter: [options.enter ?? []].flat(), exit: [options.exit ?? []].flat() };
    this.#deploy = deploy;
  }

  /** The class itself. @internal */
  get made(): new (
    ...args: Args
  ) => T {
    return this.#made;
  }

  /** Names of the methods that can be called. @internal */
  get methods(): readonly string[] {
    const { enter, exit } = this.#lifecycle;
    return methodsOf(this.#made.prototype as object).filter((name) => !enter.includes(name) && !exit.includes(name));
  }

  /** An object that is made with these arguments in each container that serves it. */
  create(...args: Args): RemoteInstance<T> {
    const made = this.#made;
    const { enter, exit } = this.#lifecycle;
    const code = this.#deploy(() => ({ create: () => new made(...args), enter, exit }), made.name);
    let local: Promise<T> | undefined;
    const here = async (): Promise<T> => {
      local ??= (async () => {
        const object = new made(...args);
        for (const name of enter) await (object as Record<string, () => unknown>)[name]!();
        return object;
      })();
      return local;
    };
    const entries = this.methods.map((method) => {
      const call = async (...given: readonly unknown[]): Promise<unknown> => {
        const object = (await here()) as Record<string, (...given: readonly unknown[]) => unknown>;
        return object[method]!(...given);
      };
      return [method, new RemoteFunction({ name: `${made.name}.${method}`, here: call, code, method })] as const;
    });
    return Object.fromEntries(entries) as unknown as RemoteInstance<T>;
  }
}

/** Names of the methods of a class and of those that it extends. */
function methodsOf(prototype: object): string[] {
  const names = new Set<string>();
  for (
    let part: object | null = prototype;
    part !== null && part !== Object.prototype;
    part = Object.getPrototypeOf(part)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(part))) {
      if (name !== 'constructor' && typeof value === 'function') names.add(name);
    }
  }
  return [...names];
}
