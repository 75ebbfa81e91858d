import { StringDecoder } from 'node:string_decoder';

type Write = (chunk: string, done?: (error?: Error | null) => void) => boolean;

/** Takes what a program writes to a stream and hands it on as text. */
export class WriteInterceptor {
  readonly stream: NodeJS.WriteStream;
  /** The stream's own way to write. */
  readonly write: Write;
  readonly #onText: (text: string, done: ((error?: Error | null) => void) | undefined) => boolean;
  readonly #decoder = new StringDecoder('utf8');
  readonly #own: PropertyDescriptor | undefined;
  readonly #replacement: typeof process.stdout.write;
  #active = true;

  /** @param onText Called with what the program wrote, and with what is to be called once it is written. */
  constructor(
    stream: NodeJS.WriteStream,
    onText: (text: string, done: ((error?: Error | null) => void) | undefined) => boolean,
  ) {
    this.stream = stream;
    this.#onText = onText;
    this.#own = Object.getOwnPropertyDescriptor(stream, 'write');
    const original = stream.write;
    this.write = (chunk, done) => original.call(stream, chunk, done as never);
    this.#replacement = this.#intercept(original);
    stream.write = this.#replacement;
  }

  /** Gives the stream its own way of writing back. */
  stop(): void {
    this.#active = false;
    // When somebody else has taken the stream since, ours stays below theirs and passes everything on.
    if (this.stream.write !== this.#replacement) return;
    if (this.#own === undefined) delete (this.stream as { write?: unknown }).write;
    else Object.defineProperty(this.stream, 'write', this.#own);
  }

  #intercept(original: typeof process.stdout.write): typeof process.stdout.write {
    return ((chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
      const bytes = chunk instanceof Uint8Array;
      if (!this.#active || !(bytes || typeof chunk === 'string')) {
        return original.call(this.stream, chunk as string, encoding as BufferEncoding, callback as () => void);
      }
      const done = typeof encoding === 'function' ? encoding : callback;
      const text = bytes
        ? this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
        : decode(chunk as string, encoding);
      return this.#onText(text, typeof done === 'function' ? (done as (error?: Error | null) => void) : undefined);
    }) as typeof process.stdout.write;
  }
}

/** `write('aGk=', 'base64')` is text too. */
function decode(chunk: string, encoding: unknown): string {
  if (typeof encoding !== 'string' || encoding === 'utf8' || encoding === 'utf-8') return chunk;
  return Buffer.from(chunk, encoding as BufferEncoding).toString('utf8');
}
