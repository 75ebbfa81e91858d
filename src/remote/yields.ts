import { unpackAsync } from '../pack/index.ts';

/** Values that may wait for the consumer before the producer has to. */
const BUFFERED = 16;

/** What a generator somewhere else yields, for a consumer here; the two go at the pace of the slower one. */
export class Yields<T> implements AsyncIterable<T> {
  readonly #waiting: Uint8Array[] = [];
  readonly #stop = new AbortController();
  #ended: { readonly error?: unknown } | undefined;
  #wakeConsumer: (() => void) | undefined;
  #wakeProducer: (() => void) | undefined;

  /** Aborted when the consumer leaves. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Takes a packed value; resolves when there is room for more. */
  push(packed: Uint8Array): void | Promise<void> {
    this.#waiting.push(packed);
    this.#wakeConsumer?.();
    if (this.#waiting.length < BUFFERED) return;
    return new Promise((resolve) => {
      this.#wakeProducer = resolve;
    });
  }

  end(): void {
    this.#ended ??= {};
    this.#wakeConsumer?.();
  }

  fail(error: unknown): void {
    this.#ended ??= { error };
    this.#wakeConsumer?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    try {
      for (;;) {
        const packed = this.#waiting.shift();
        if (packed !== undefined) {
          this.#wakeProducer?.();
          yield (await unpackAsync(packed)) as T;
        } else if (this.#ended !== undefined) {
          if ('error' in this.#ended) throw this.#ended.error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wakeConsumer = resolve;
          });
        }
      }
    } finally {
      this.#stop.abort();
      this.#wakeProducer?.();
    }
  }
}
