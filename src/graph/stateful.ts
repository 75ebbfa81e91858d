import { GraphError } from '../errors.ts';
import { fromState, getState } from './travel.ts';

/** Part of a resource's identity. */
export type StatefulKey = readonly (string | number | boolean | null)[];

/** The method by which a thing says what stands for it in cache keys. */
const cacheKey: unique symbol = Symbol.for('hypernodes.cacheKey') as never;

interface Holder {
  value: unknown;
  dispose: (() => unknown) | undefined;
}

/** Resources of this process by key: two handles with one key, also one that travelled here, share one resource. */
const shared = new Map<string, Holder>();
/** Resources without a key live and die with their handle's entry here. */
const own = new Map<Stateful<unknown>, Holder>();

/**
 * A resource (model, client, connection) that is created on first use and at most once in a process.
 *
 * Pass it as an input (`pipeline.bind({ model })`) and the node gets the resource itself, or capture it and call `get()`.
 */
export class Stateful<T> {
  /** How to create the resource; what travels to another process. */
  readonly create: () => T;
  /** What the resource is called in cache keys; without it, the code of `create` is used. */
  readonly key: StatefulKey | undefined;

  constructor(create: () => T, options: { readonly key?: StatefulKey } = {}) {
    if (typeof create !== 'function') {
      throw new GraphError('GRAPH_INVALID_NODE', `stateful: expected a function, found ${typeof create}.`, {
        hint: 'Write stateful(() => loadModel(path)).',
      });
    }
    this.create = create;
    this.key = options.key;
  }

  [getState](): { readonly create: () => T; readonly key: StatefulKey | undefined } {
    return { create: this.create, key: this.key };
  }

  static [fromState]<T>({ create, key }: { create: () => T; key: StatefulKey | undefined }): Stateful<T> {
    return new Stateful(create, key === undefined ? {} : { key });
  }

  /** The resource, created now if it is not there yet; a promise when `create` is asynchronous. */
  get(): T {
    const held = this.#find();
    if (held) return held.value as T;
    const value = this.create();
    const holder: Holder = { value, dispose: disposerOf(value) };
    this.#hold(holder);
    if (isPromise(value)) {
      value.then(
        (settled) => {
          holder.dispose = disposerOf(settled);
        },
        // A failed creation is tried again on next use.
        () => this.#drop(holder),
      );
    }
    return value;
  }

  /** Whether the resource exists in this process. */
  get created(): boolean {
    return this.#find() !== undefined;
  }

  /** What stands for the resource in cache keys: its key, or the code that creates it. */
  [cacheKey](): StatefulKey | (() => T) {
    return this.key ?? this.create;
  }

  #slot(): string | undefined {
    return this.key === undefined ? undefined : JSON.stringify(this.key);
  }

  #find(): Holder | undefined {
    const slot = this.#slot();
    return slot === undefined ? own.get(this) : shared.get(slot);
  }

  #hold(holder: Holder): void {
    const slot = this.#slot();
    if (slot === undefined) own.set(this, holder);
    else shared.set(slot, holder);
  }

  #drop(holder: Holder): void {
    if (this.#find() !== holder) return;
    const slot = this.#slot();
    if (slot === undefined) own.delete(this);
    else shared.delete(slot);
  }
}

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

function disposerOf(value: unknown): (() => unknown) | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const { asyncDispose, dispose } = Symbol as { asyncDispose?: symbol; dispose?: symbol };
  for (const symbol of [asyncDispose, dispose]) {
    const method = symbol && (value as Record<symbol, unknown>)[symbol];
    if (typeof method === 'function') return () => method.call(value);
  }
  return undefined;
}

/**
 * Declares a resource that is created on first use, at most once in a process, never to compute a cache key.
 *
 * @param create Creates the resource; runs again in every worker or container that needs it.
 * @param options.key What the resource is called in cache keys.
 */
export function stateful<T>(create: () => T, options?: { readonly key?: StatefulKey }): Stateful<T> {
  return new Stateful(create, options);
}

/** Disposes every resource of this process (`Symbol.asyncDispose`, `Symbol.dispose`); the next use creates them anew. */
export async function disposeResources(): Promise<void> {
  const holders = [...shared.values(), ...own.values()];
  shared.clear();
  own.clear();
  const failures: unknown[] = [];
  for (const holder of holders) {
    try {
      if (isPromise(holder.value)) await holder.value.catch(() => {});
      await holder.dispose?.();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'some resources could not be disposed');
}
