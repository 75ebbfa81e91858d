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
  /** Writes that have not ended. */
  #writing = 0;

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
    this.#guard();
    try {
      this.#write.call(this.stream, text, (error) => {
        if (error) this.#broken = true;
        // The event comes after this callback.
        setImmediate(() => this.#unguard());
      });
    } catch {
      this.#broken = true;
      this.#unguard();
    }
  }

  /** An 'error' event without a listener would end the process; one listener serves all writes under way. */
  #guard(): void {
    if (this.#writing++ === 0) this.stream.on?.('error', ignore);
  }

  #unguard(): void {
    if (--this.#writing === 0) this.stream.off?.('error', ignore);
  }
}
