import { setMaxListeners } from 'node:events';

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
 * Calls a function for each item, many at once, taking items only as fast as results are taken.
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
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const settled = new Map<number, Settled<T>>();
  let wake: (() => void) | undefined;
  let [started, yielded] = [0, 0];
  let exhausted = false;

  const settle = (result: Settled<T>): void => {
    settled.set(result.index, result);
    wake?.();
  };
  const start = (item: Item): void => {
    const index = started++;
    call(item, stop.signal).then(
      (value) => settle({ index, value }),
      (error) => settle({ index, error }),
    );
  };
  const takeNext = (): Settled<T> | undefined => {
    const index = ordered ? yielded : settled.keys().next().value;
    const result = index === undefined ? undefined : settled.get(index);
    if (result !== undefined) settled.delete(result.index);
    return result;
  };

  try {
    for (;;) {
      while (!exhausted && started - yielded < concurrency) {
        const next = source.next();
        const { done, value } = next instanceof Promise ? await next : next;
        if (done === true) exhausted = true;
        else start(value);
        if (settled.size > 0 && next instanceof Promise) break;
      }
      const result = takeNext();
      if (result !== undefined) {
        yielded++;
        if ('value' in result) yield result.value;
        else if (onError === 'throw') throw result.error;
        else
          yield result.error instanceof Error ? result.error : new Error(String(result.error), { cause: result.error });
      } else if (exhausted && yielded === started) {
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
    if (!exhausted) await source.return?.();
  }
}
