import { mergeSmall, type OutgoingFrame, writeFrame } from '../frames/index.ts';
import type { Container } from './container-host.ts';

/** Frames on their way to a container: those of one tick are one write, and while it is behind they wait. */
export class FrameSender {
  readonly #container: Container;
  #waiting: Uint8Array[] = [];
  #isBusy = false;

  constructor(container: Container) {
    this.#container = container;
  }

  send(frame: OutgoingFrame): void {
    this.#waiting.push(...writeFrame(frame));
    if (this.#isBusy) return;
    this.#isBusy = true;
    process.nextTick(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const pieces = mergeSmall(this.#waiting);
      this.#waiting = [];
      try {
        await this.#container.write(pieces);
      } catch {
        // It has ended, which is told by `exited`.
        return;
      }
    }
    this.#isBusy = false;
  }
}
