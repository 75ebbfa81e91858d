import { Unidentified } from './unidentified.ts';

/** Containers after which the watch begins: less takes no time worth speaking of. */
const BEGIN = 1 << 20;
/** Times that each container may be met on average from then on. */
const OFTEN = 1024;

/**
 * Notices values that cannot be written out: shared parts count as copies, so that a value of few parts which hold each
 * other several times over many levels would take years.
 */
export class SharingWatch {
  #met = 0;
  #distinct: Set<object> | undefined;

  /** @throws Unidentified */
  meet(container: object): void {
    if (++this.#met < BEGIN) return;
    this.#distinct ??= new Set();
    this.#distinct.add(container);
    const watched = this.#met - BEGIN;
    if (watched >= BEGIN && watched > this.#distinct.size * OFTEN) {
      throw new Unidentified(container, 'a structure whose parts are shared too often to be written out');
    }
  }

  reset(): void {
    this.#met = 0;
    this.#distinct = undefined;
  }
}
