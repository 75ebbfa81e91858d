/** Values that may be on their way before the first of them was taken. */
const ROOM = 16;

/** Gives what a generator yields to a receiver that says when it has room. */
export class YieldWindow {
  readonly #send: (value: Uint8Array) => void;
  #room = ROOM;
  #wake: (() => void) | undefined;
  #closed: { readonly reason: unknown } | undefined;

  constructor(send: (value: Uint8Array) => void) {
    this.#send = send;
  }

  allow(count: number): void {
    this.#room += count;
    this.#wake?.();
  }

  /** Nobody takes values any more. */
  close(reason: unknown): void {
    this.#closed = { reason };
    this.#wake?.();
  }

  /** Sends all values; gives what the generator returns. */
  async drain(
    values: AsyncIterator<unknown> | Iterator<unknown>,
    packed: (value: unknown) => Uint8Array,
  ): Promise<unknown> {
    let isDone = false;
    try {
      for (;;) {
        const next = await values.next();
        if (next.done) {
          isDone = true;
          return next.value;
        }
        while (this.#room === 0 && !this.#closed) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        if (this.#closed) throw this.#closed.reason;
        this.#room--;
        this.#send(packed(next.value));
      }
    } finally {
      // As a loop does that is left early: the generator cleans up.
      if (!isDone) await values.return?.();
    }
  }
}
