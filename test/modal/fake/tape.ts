/** Output of a process: everything that was ever written, readable from any offset while it grows. */
export class Tape {
  #chunks: { readonly offset: number; readonly data: Uint8Array }[] = [];
  #length = 0;
  #ended = false;
  #waiting: (() => void)[] = [];

  get length(): number {
    return this.#length;
  }

  write(data: Uint8Array): void {
    if (this.#ended || data.length === 0) return;
    this.#chunks.push({ offset: this.#length, data });
    this.#length += data.length;
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Everything from `offset` on, in pieces; ends when the tape has ended and `signal` has not been raised. */
  async *read(offset: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let position = offset;
    let index = this.#chunks.findIndex((chunk) => chunk.offset + chunk.data.length > position);
    if (index < 0) index = this.#chunks.length;
    while (!signal.aborted) {
      const chunk = this.#chunks[index];
      if (chunk) {
        index++;
        const piece = chunk.data.subarray(Math.max(0, position - chunk.offset));
        position += piece.length;
        yield piece;
      } else if (this.#ended) {
        return;
      } else {
        await this.#change(signal);
      }
    }
  }

  /** All of it, as text. */
  text(): string {
    return Buffer.concat(this.#chunks.map((chunk) => chunk.data)).toString('utf8');
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.push(done);
    });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
