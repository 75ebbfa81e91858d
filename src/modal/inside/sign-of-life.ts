import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { aliveFile, stateFolder } from './places.ts';

/** Whether somebody still holds this container: a file is touched as long as that is so. */
export class SignOfLife {
  readonly #patienceMs: number;

  /** @param patienceMs Milliseconds without a touch after which nobody is there. */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
    mkdirSync(stateFolder, { recursive: true });
    writeFileSync(aliveFile, '');
  }

  isOver(): boolean {
    return Date.now() - statSync(aliveFile).mtimeMs > this.#patienceMs;
  }
}
