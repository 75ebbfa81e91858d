import { writeSync } from 'node:fs';
import { mergeSmall, type OutgoingFrame, writeFrame } from '../frames/index.ts';

const FULL = 64 * 1024;
/** Milliseconds to sleep while the other side is behind. */
const PAUSE_MS = 0.05;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/**
 * Frames on their way home.
 *
 * They are written synchronously: what is written has left the process, whatever user code does next, and nothing that
 * user code writes can land inside a frame. The frames of one tick are one write, unless they have to be out earlier.
 */
export class FrameOutput {
  readonly #fd: number;
  #waiting: Uint8Array[] = [];
  #length = 0;
  #since = 0;
  #isScheduled = false;
  #isBroken = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Writes a frame at the end of this tick, or earlier. */
  queue(frame: OutgoingFrame): void {
    for (const piece of writeFrame(frame)) {
      this.#waiting.push(piece);
      this.#length += piece.length;
    }
    if (this.#length >= FULL) this.flush();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      this.#since = performance.now();
      setImmediate(() => {
        this.#isScheduled = false;
        this.flush();
      });
    }
  }

  /** Writes what waits if the first of it waits for this long: in a tick that doesn't end, messages still go home. */
  flushAfter(milliseconds: number): void {
    if (this.#waiting.length > 0 && performance.now() - this.#since >= milliseconds) this.flush();
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    const pieces = mergeSmall(this.#waiting);
    this.#waiting = [];
    this.#length = 0;
    this.#since = performance.now();
    for (const piece of pieces) this.#write(piece);
  }

  #write(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#isBroken) {
      try {
        at += writeSync(this.#fd, bytes, at);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') Atomics.wait(sleeper, 0, 0, PAUSE_MS);
        // Nobody listens any more; that the input ends says so too.
        else this.#isBroken = true;
      }
    }
  }
}
