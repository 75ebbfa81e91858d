import { InputError } from '../errors.ts';
import type { Plan } from '../graph/index.ts';
import type { Waiter } from './budget.ts';
import { Execution, type Failure } from './execution.ts';
import { ExecutionSettings, type GivenSettings } from './execution-settings.ts';
import { isThenable } from './maybe-promise.ts';
import { type ObservedMap, observeItem, observeMap } from './observe.ts';
import { outputsOf } from './outputs.ts';
import type { Scope } from './scope.ts';
import { type StopReason, Task } from './task.ts';

/** One result of a stream. */
export type StreamItem<T> =
  | { readonly index: number; readonly value: T; readonly error?: never }
  | { readonly index: number; readonly error: unknown; readonly value?: never };

/** One mapped input of a stream and where its items go. */
export interface StreamedInput {
  readonly name: string;
  readonly slot: number;
  readonly source: unknown;
}

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

function iteratorOf({ name, source }: StreamedInput, path: string): AnyIterator {
  if (source !== null && source !== undefined && typeof source !== 'string') {
    const iterable = source as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
    const open = iterable[Symbol.asyncIterator] ?? iterable[Symbol.iterator];
    if (typeof open === 'function') return (open as () => AnyIterator).call(source);
  }
  const found = source === null ? 'null' : typeof source;
  throw new InputError('INPUT_NOT_ITERABLE', `${path}: input '${name}' is streamed, but is a value of type ${found}.`, {
    path: name,
    hint: 'Give an array, an iterable or an async iterable.',
  });
}

/**
 * Runs a plan over items as they come, holding no more of them than the consumer and the budget ask for.
 *
 * Items in progress and results that nobody has taken yet count together, so that a slow consumer stops the source.
 */
export class StreamRun extends Task implements Waiter {
  readonly #plan: Plan;
  readonly scope: Scope;
  readonly #shared: readonly unknown[];
  readonly #inputs: readonly StreamedInput[];
  readonly #iterators: readonly AnyIterator[];
  /** Sources that have not ended yet. */
  readonly #open: Set<AnyIterator>;
  readonly #name: string;
  readonly #ordered: boolean;
  readonly #settings: ExecutionSettings;
  readonly #capacity: number;
  readonly #observed: ObservedMap | undefined;
  /** Finished items that wait for the consumer, by index. */
  readonly #finished = new Map<number, StreamItem<Record<string, unknown>>>();
  #next = 0;
  #yielded = 0;
  #live = 0;
  #failed = 0;
  #pulling = false;
  /** True once any source has ended. */
  #exhausted = false;
  /** True once the consumer has left, by whatever way. */
  #left = false;
  #queued = false;
  #failure: Failure | undefined;
  #wake: (() => void) | undefined;

  constructor(
    scope: Scope,
    plan: Plan,
    shared: readonly unknown[],
    inputs: readonly StreamedInput[],
    options: { name: string; ordered: boolean; settings: GivenSettings },
  ) {
    super(undefined);
    this.scope = scope;
    this.#plan = plan;
    this.#shared = shared;
    this.#inputs = inputs;
    this.#iterators = inputs.map((input) => iteratorOf(input, options.name));
    this.#open = new Set(this.#iterators);
    this.#name = options.name;
    this.#ordered = options.ordered;
    this.#settings = new ExecutionSettings(options.settings);
    this.#capacity = 2 * Math.min(scope.budget.limit, 1_000_000);
    this.#observed = observeMap(
      this,
      { parent: undefined, path: options.name, depth: 0 },
      { total: undefined, concurrency: scope.budget.limit },
    );
  }

  /** The results, as they finish or in the order of the items. */
  async *results(): AsyncGenerator<StreamItem<Record<string, unknown>>, void, undefined> {
    try {
      for (;;) {
        // An abort ends it at once; a broken source only after the results of what it had given.
        if (this.stopped !== undefined) throw this.stopped;
        this.#pull();
        const item = this.#take();
        if (item !== undefined) {
          yield item;
          continue;
        }
        if (this.#failure !== undefined && this.#live === 0) throw this.#failure.error;
        if (this.#exhausted && this.#live === 0 && this.#finished.size === 0) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.#left = true;
      this.stopBecause(this.#failure?.error, this.#name);
      this.#observed?.end({ total: this.#next, failed: this.#failed }, this.#failure);
      await this.#closeSources();
    }
  }

  /** A permit may be free. */
  resume(): void {
    this.#queued = false;
    this.#pull();
  }

  #take(): StreamItem<Record<string, unknown>> | undefined {
    const index = this.#ordered ? this.#yielded : this.#finished.keys().next().value;
    if (index === undefined) return undefined;
    const item = this.#finished.get(index);
    if (item === undefined) return undefined;
    this.#finished.delete(index);
    this.#yielded++;
    return item;
  }

  #pull(): void {
    while (!this.#pulling && !this.#exhausted && !this.#left && this.#failure === undefined && this.#mayStart()) {
      const values = this.#shared.slice();
      const pending = this.#fill(values);
      if (pending === false) return;
      if (pending === true) this.#start(values);
      else {
        // One at a time: an async iterator need not support overlapping calls.
        this.#pulling = true;
        pending.then(
          (filled) => {
            this.#pulling = false;
            if (filled && !this.#left && this.#failure === undefined) this.#start(values);
            this.#pull();
            this.#signalConsumer();
          },
          (error) => {
            this.#pulling = false;
            this.#fail(error);
          },
        );
        return;
      }
    }
  }

  #mayStart(): boolean {
    if (this.#live + this.#finished.size >= this.#capacity || this.#live >= this.scope.budget.limit) return false;
    if (this.#live === 0 || this.scope.budget.free) return true;
    if (!this.#queued) {
      this.#queued = true;
      this.scope.budget.wait(this);
    }
    return false;
  }

  /** Puts the next item into `values`: whether there was one, or a promise of that. */
  #fill(values: unknown[]): boolean | Promise<boolean> {
    let results: (IteratorResult<unknown> | Promise<IteratorResult<unknown>>)[];
    try {
      results = this.#iterators.map((iterator) => iterator.next());
    } catch (error) {
      this.#fail(error);
      return false;
    }
    const place = (settled: readonly IteratorResult<unknown>[]): boolean => {
      settled.forEach((result, position) => {
        if (result.done === true) this.#open.delete(this.#iterators[position]!);
      });
      if (this.#open.size < settled.length) {
        this.#exhausted = true;
        if (this.#open.size > 0) this.#fail(this.#unequal());
        return false;
      }
      for (let position = 0; position < settled.length; position++) {
        const { slot } = this.#inputs[position]!;
        if (slot >= 0) values[slot] = settled[position]!.value;
      }
      return true;
    };
    return results.some(isThenable)
      ? Promise.all(results).then(place)
      : place(results as readonly IteratorResult<unknown>[]);
  }

  #unequal(): InputError {
    const names = this.#inputs.map((input) => `'${input.name}'`).join(', ');
    return new InputError(
      'INPUT_LENGTHS',
      `${this.#name}: the streamed inputs ${names} end after different numbers of items.`,
      {
        path: this.#name,
        hint: 'Stream sources of one length together.',
      },
    );
  }

  #start(values: unknown[]): void {
    const index = this.#next++;
    const place = { within: undefined, name: this.#name, index };
    const item = new Execution(this, this.scope, this.#plan, values, place, this.#settings);
    observeItem(item, { span: this.#observed?.span, total: undefined }, () => outputsOf(this.#plan, values));
    let done: unknown;
    try {
      done = item.execute();
    } catch (error) {
      this.#itemFailed(index, error);
      return;
    }
    if (!isThenable(done)) {
      this.#finished.set(index, { index, value: outputsOf(this.#plan, values) });
      return;
    }
    this.#live++;
    done.then(
      () => {
        this.#live--;
        this.#finished.set(index, { index, value: outputsOf(this.#plan, values) });
        this.#signalConsumer();
      },
      (error) => {
        this.#live--;
        this.#itemFailed(index, error);
        this.#signalConsumer();
      },
    );
  }

  #itemFailed(index: number, error: unknown): void {
    this.#failed++;
    this.#finished.set(index, { index, error });
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#signalConsumer();
  }

  #signalConsumer(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  async #closeSources(): Promise<void> {
    const closing = Promise.all(Array.from(this.#open, async (iterator) => iterator.return?.()));
    // A source that owes an answer closes when it has given it, which may be never; and one error is enough.
    if (this.#pulling || this.#failure !== undefined) closing.catch(() => {});
    else await closing;
  }

  protected override onStop(reason: StopReason): void {
    this.#fail(reason);
  }
}
