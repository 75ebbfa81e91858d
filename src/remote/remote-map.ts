import { setMaxListeners } from 'node:events';
import { InputError } from '../errors.ts';

/** How the results of many calls come. */
export interface RemoteMapOptions {
  /** In the order of the inputs; true unless given. */
  readonly ordered?: boolean;
  /** What a failed call means: the first one ends the map (`throw`), or its error comes in place of a result (`collect`). */
  readonly onError?: 'throw' | 'collect';
  /** Calls that may be on their way at once; 1,000 unless given. */
  readonly concurrency?: number;
}

const OUTSTANDING = 1000;

type Settled<T> = { readonly index: number } & ({ readonly value: T } | { readonly error: unknown });

/**
 * Refuses what nothing could be called for.
 *
 * @throws InputError `INPUT_NOT_ITERABLE`, `INPUT_INVALID`.
 */
export function checkMap(name: string, items: unknown, { onError, concurrency }: RemoteMapOptions): void {
  if (!isIterable(items)) {
    const found = items === null ? 'null' : typeof items;
    throw new InputError('INPUT_NOT_ITERABLE', `${name}: what is mapped over is ${found}; expected a list.`, {
      path: 'items',
      hint: 'Give an array, or another iterable or async iterable.',
    });
  }
  const invalid = (option: string, found: unknown, expected: string): InputError =>
    new InputError('INPUT_INVALID', `${name}: ${option} is ${String(found)}; expected ${expected}.`, { path: option });
  if (onError !== undefined && onError !== 'throw' && onError !== 'collect')
    throw invalid('onError', `'${String(onError)}'`, `'throw' or 'collect'`);
  if (concurrency === undefined || concurrency === Number.POSITIVE_INFINITY) return;
  if (!(Number.isInteger(concurrency) && concurrency > 0))
    throw invalid('concurrency', concurrency, 'a whole number from 1, or Infinity');
}

function isIterable(items: unknown): boolean {
  if (typeof items === 'string') return true;
  return typeof items === 'object' && items !== null && (Symbol.iterator in items || Symbol.asyncIterator in items);
}

/**
 * Calls a function for each item, many at once, taking items only as fast as results are taken.
 *
 * When the source of the items fails, the results of those before come first, as in a loop.
 *
 * @param call Starts one call; the signal is aborted when nobody wants its result any more.
 */
export async function* callEach<Item, T>(
  items: Iterable<Item> | AsyncIterable<Item>,
  call: (item: Item, signal: AbortSignal) => Promise<T>,
  { ordered = true, onError = 'throw', concurrency = OUTSTANDING }: RemoteMapOptions,
): AsyncGenerator<T | Error, void, undefined> {
  const stop = new AbortController();
  // Every call on its way listens to it.
  setMaxListeners(0, stop.signal);
  const settled = new Map<number, Settled<T>>();
  let wake: (() => void) | undefined;
  let [started, yielded] = [0, 0];

  const settle = (result: Settled<T>): void => {
    settled.set(result.index, result);
    wake?.();
  };
  const source = new Source(items, {
    taken(item) {
      const index = started++;
      call(item, stop.signal).then(
        (value) => settle({ index, value }),
        (error) => settle({ index, error }),
      );
    },
    awaited: () => wake?.(),
  });
  const takeNext = (): Settled<T> | undefined => {
    const index = ordered ? yielded : settled.keys().next().value;
    const result = index === undefined ? undefined : settled.get(index);
    if (result !== undefined) settled.delete(result.index);
    return result;
  };

  try {
    for (;;) {
      while (source.isReady && started - yielded < concurrency) source.take();
      const result = takeNext();
      if (result !== undefined) {
        yielded++;
        if ('value' in result) yield result.value;
        else if (onError === 'throw') throw result.error;
        else
          yield result.error instanceof Error ? result.error : new Error(String(result.error), { cause: result.error });
      } else if (source.isDone && yielded === started) {
        source.rethrow();
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    }
  } finally {
    stop.abort();
    await source.close();
  }
}

/** Where the items come from, at once or later: results are passed on while the next item is waited for. */
class Source<Item> {
  readonly #iterator: Iterator<Item> | AsyncIterator<Item>;
  readonly #isAsync: boolean;
  readonly #taken: (item: Item) => void;
  readonly #awaited: () => void;
  #state: 'ready' | 'waiting' | 'done' = 'ready';
  #failure: { readonly error: unknown } | undefined;

  constructor(
    items: Iterable<Item> | AsyncIterable<Item>,
    { taken, awaited }: { readonly taken: (item: Item) => void; readonly awaited: () => void },
  ) {
    const given = Object(items) as Iterable<Item> | AsyncIterable<Item>;
    this.#isAsync = Symbol.asyncIterator in given;
    this.#iterator = Symbol.asyncIterator in given ? given[Symbol.asyncIterator]() : given[Symbol.iterator]();
    this.#taken = taken;
    this.#awaited = awaited;
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Takes the next item, now or when it comes. */
  take(): void {
    if (this.#isAsync) {
      void this.#takeLater();
      return;
    }
    try {
      this.#accept(this.#iterator.next() as IteratorResult<Item>);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Throws what the source threw. */
  rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Lets the source clean up; one that is waited for does so when it goes on. */
  async close(): Promise<void> {
    if (this.#state === 'done') return;
    const wasWaiting = this.#state === 'waiting';
    this.#state = 'done';
    const closed = Promise.resolve(this.#iterator.return?.());
    if (wasWaiting) closed.catch(() => undefined);
    else await closed;
  }

  async #takeLater(): Promise<void> {
    this.#state = 'waiting';
    try {
      const next = await this.#iterator.next();
      if (this.#state !== 'waiting') return;
      this.#state = 'ready';
      this.#accept(next);
    } catch (error) {
      this.#fail(error);
    }
    this.#awaited();
  }

  #accept({ done, value }: IteratorResult<Item>): void {
    if (done === true) this.#state = 'done';
    else this.#taken(value);
  }

  #fail(error: unknown): void {
    this.#state = 'done';
    this.#failure = { error };
  }
}
