/** What of a writable stream is needed to write text to it; `process.stderr` fits. */
export interface TextStream {
  write(text: string, done?: (error?: Error | null) => void): unknown;
  on?(event: 'error' | 'resize', listener: (...details: unknown[]) => void): unknown;
  off?(event: 'error' | 'resize', listener: (...details: unknown[]) => void): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  readonly writableNeedDrain?: boolean | undefined;
}

const ignore = (): void => {};

/** Writes to a stream that may go away at any time: a closed pipe ends the writing, never the program. */
export class TextSink {
  readonly stream: TextStream;
  readonly #write: TextStream['write'];
  #broken = false;

  /** @param write What writes, when the stream's own `write` is not it. */
  constructor(stream: TextStream, write: TextStream['write'] = (text, done) => stream.write(text, done)) {
    this.stream = stream;
    this.#write = write;
  }

  /** True once the reader is gone. */
  get broken(): boolean {
    return this.#broken;
  }

  write(text: string): void {
    if (this.#broken) return;
    const { stream } = this;
    // An 'error' event without a listener would end the process; Node's own console protects itself in the same way.
    stream.on?.('error', ignore);
    try {
      this.#write.call(stream, text, (error) => {
        if (error) this.#broken = true;
        // The event comes after this callback.
        setImmediate(() => stream.off?.('error', ignore));
      });
    } catch {
      this.#broken = true;
      stream.off?.('error', ignore);
    }
  }
}
