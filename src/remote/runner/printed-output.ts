import { Writable } from 'node:stream';
import { FrameKind } from '../frames/index.ts';
import type { FrameOutput } from './frame-output.ts';

type StreamName = 'stdout' | 'stderr';

/** Sends what user code prints home as frames, in the order in which it happens, before what it returns. */
class PrintedOutput extends Writable {
  readonly fd: number;
  readonly #stream: StreamName;
  readonly #output: FrameOutput;

  constructor(stream: StreamName, output: FrameOutput) {
    super({ decodeStrings: true });
    this.#stream = stream;
    this.#output = output;
    this.fd = stream === 'stdout' ? 1 : 2;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
    this.#output.queue({ kind: FrameKind.log, meta: { stream: this.#stream }, payload: [chunk] });
    // Before a loop without end or a crash swallows it.
    this.#output.flush();
    done();
  }
}

/** Puts both streams in place of `process.stdout` and `process.stderr`, and so behind `console`. */
export function redirectPrinting(output: FrameOutput): void {
  for (const name of ['stdout', 'stderr'] as const) {
    Object.defineProperty(process, name, {
      value: new PrintedOutput(name, output),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
}
