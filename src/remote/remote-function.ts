import { packAsync, unpackAsync } from '../pack/index.ts';
import type { DeployedCode } from './deployed-code.ts';
import { FunctionCall } from './function-call.ts';
import type { CallRequest, Deployment } from './provider.ts';
import { callEach, checkMap, type RemoteMapOptions } from './remote-map.ts';
import { fromState, getState } from './travel.ts';
import { Yields } from './yields.ts';

/** What a generator yields; `never` for other functions. */
export type Yielded<R> = R extends AsyncGenerator<infer Y> ? Y : R extends Generator<infer Y> ? Y : never;

/** A function as it was declared. */
interface DeclaredFunction {
  readonly app: { function(options: object, run: (...args: never) => unknown): unknown };
  readonly options: object;
  readonly run: (...args: never) => unknown;
}

/** Where calls of a function, or of a method of a class, go. */
export interface CallTarget<Args extends readonly unknown[], R> {
  name: string;
  /** Called as it is, in this process. */
  readonly here: (...args: Args) => R;
  readonly code: DeployedCode;
  readonly method?: string | undefined;
}

/**
 * A function that can be called here and in containers of a provider.
 *
 * Arguments and results travel by `pack`. What the function closes over is taken as it is when it is called.
 */
export class RemoteFunction<Args extends readonly unknown[], R> {
  readonly #target: CallTarget<Args, R>;
  readonly #state: object | undefined;

  /** @param state What is declared anew where this travels to; methods of classes don't travel. */
  constructor(target: CallTarget<Args, R>, state?: object) {
    this.#target = target;
    this.#state = state;
  }

  get name(): string {
    return this.#target.name;
  }

  /** The function itself. */
  get function(): (...args: Args) => R {
    return this.#target.here;
  }

  /** Calls it in this process: nothing is sent, nothing is limited. */
  local(...args: Args): R {
    return this.#target.here(...args);
  }

  /**
   * Calls it in a container.
   *
   * @throws PackError before anything is sent; what the function throws, rebuilt; TimeoutError; RemoteError.
   */
  remote(...args: Args): Promise<Awaited<R>> {
    return this.#target.code.use((deployment) => this.#result(deployment, args));
  }

  /** Calls a generator function in a container; what it yields comes as it is yielded. */
  async *remoteGen(...args: Args): AsyncGenerator<Yielded<R>, void, undefined> {
    const { deployment, release } = await this.#target.code.hold();
    try {
      const yields = new Yields<Yielded<R>>();
      const call = deployment.call({
        ...(await this.#request(args)),
        signal: yields.signal,
        onYield: (packed) => yields.push(packed),
      });
      call.result.then(
        () => yields.end(),
        (error) => yields.fail(error),
      );
      yield* yields;
    } finally {
      release();
    }
  }

  /**
   * Calls it for each item, in as many containers as there may be.
   *
   * @returns The results, in the order of the items unless `ordered: false`; with `onError: 'collect'` the errors too.
   */
  map(
    items: Iterable<Args[0]> | AsyncIterable<Args[0]>,
    options: RemoteMapOptions & { readonly onError: 'collect' },
  ): AsyncGenerator<Awaited<R> | Error, void, undefined>;
  map(
    items: Iterable<Args[0]> | AsyncIterable<Args[0]>,
    options?: RemoteMapOptions,
  ): AsyncGenerator<Awaited<R>, void, undefined>;
  map(
    items: Iterable<Args[0]> | AsyncIterable<Args[0]>,
    options: RemoteMapOptions = {},
  ): AsyncGenerator<Awaited<R> | Error, void, undefined> {
    return this.#each(items, (item) => [item] as unknown as Args, options);
  }

  /** Like `map`, with the list of arguments for each call. */
  starmap(
    items: Iterable<Args> | AsyncIterable<Args>,
    options: RemoteMapOptions & { readonly onError: 'collect' },
  ): AsyncGenerator<Awaited<R> | Error, void, undefined>;
  starmap(
    items: Iterable<Args> | AsyncIterable<Args>,
    options?: RemoteMapOptions,
  ): AsyncGenerator<Awaited<R>, void, undefined>;
  starmap(
    items: Iterable<Args> | AsyncIterable<Args>,
    options: RemoteMapOptions = {},
  ): AsyncGenerator<Awaited<R> | Error, void, undefined> {
    return this.#each(items, (args) => args, options);
  }

  /** Calls it for each item and drops the results; with `onError: 'collect'` also the errors. */
  async forEach(
    items: Iterable<Args[0]> | AsyncIterable<Args[0]>,
    options: Omit<RemoteMapOptions, 'ordered'> = {},
  ): Promise<void> {
    for await (const _ of this.#each(items, (item: Args[0]) => [item] as unknown as Args, {
      ...options,
      ordered: false,
    }));
  }

  /** Starts a call that is waited for later; where the provider can, it outlives this process. */
  spawn(...args: Args): Promise<FunctionCall<Awaited<R>>> {
    return this.#target.code.use(
      async (deployment) => new FunctionCall(await deployment.spawn(await this.#request(args)), this.name),
    );
  }

  [getState](): object {
    if (this.#state !== undefined) return this.#state;
    throw new Error(`${this.name} is a method of an object that lives elsewhere; call it there, or send its class.`);
  }

  static [fromState]({ app, options, run }: DeclaredFunction): RemoteFunction<readonly never[], unknown> {
    return app.function(options, run) as never;
  }

  #each<Item>(
    items: Iterable<Item> | AsyncIterable<Item>,
    argsOf: (item: Item) => Args,
    options: RemoteMapOptions,
  ): AsyncGenerator<Awaited<R> | Error, void, undefined> {
    checkMap(this.name, items, options);
    return this.#eachChecked(items, argsOf, options);
  }

  async *#eachChecked<Item>(
    items: Iterable<Item> | AsyncIterable<Item>,
    argsOf: (item: Item) => Args,
    options: RemoteMapOptions,
  ): AsyncGenerator<Awaited<R> | Error, void, undefined> {
    const { deployment, release } = await this.#target.code.hold();
    try {
      yield* callEach(items, (item, signal) => this.#result(deployment, argsOf(item), signal), options);
    } finally {
      release();
    }
  }

  async #result(deployment: Deployment, args: Args, signal?: AbortSignal): Promise<Awaited<R>> {
    const packed = await deployment.call({ ...(await this.#request(args)), signal }).result;
    return (await unpackAsync(packed)) as Awaited<R>;
  }

  async #request(args: Args): Promise<CallRequest> {
    return { args: await packAsync([...args]), method: this.#target.method };
  }
}
