import { warnOnce } from '../warn-once.ts';

/** Milliseconds between two looks at what a node uses: to ask the engine takes longer than a small node. */
const LOOK_MS = 50;

/** Results of one node that were kept since it was last seen to use what its code is known by, and how to take them back. */
interface Watched {
  readonly path: string;
  readonly holds: () => boolean;
  lookedAt: number;
  takeBacks: (() => void)[];
}

/**
 * Notices variables that nodes use and that somebody else changes while the nodes wait for something: nobody knows which
 * of the two values a result comes from. Looks now and then, and takes back what was kept since it last looked.
 */
export class CodeGuard {
  /** By how to look at them. */
  readonly #watched = new Map<() => boolean, Watched>();

  /**
   * Whether a result of now may be kept.
   *
   * @param path Of the node, without item indices.
   * @param holds Whether the variables that the node uses hold what its code is known by.
   * @param takeBack Removes the result, should it turn out that they did not.
   */
  mayKeep(path: string, holds: () => boolean, takeBack: () => void): boolean {
    let watched = this.#watched.get(holds);
    if (watched === undefined) {
      watched = { path, holds, lookedAt: Number.NEGATIVE_INFINITY, takeBacks: [] };
      this.#watched.set(holds, watched);
    }
    if (performance.now() - watched.lookedAt >= LOOK_MS) return this.#look(watched);
    watched.takeBacks.push(takeBack);
    return true;
  }

  /** Looks once more at the nodes of which something was kept since the last look. */
  finish(): void {
    for (const watched of this.#watched.values()) if (watched.takeBacks.length > 0) this.#look(watched);
  }

  #look(watched: Watched): boolean {
    const { path, holds, takeBacks } = watched;
    const isSame = holds();
    watched.takeBacks = [];
    if (isSame) {
      // After the look, which may take as long as a few nodes.
      watched.lookedAt = performance.now();
      return true;
    }
    for (const takeBack of takeBacks) takeBack();
    warnOnce(
      path,
      'HYPERNODES_CHANGED_CODE',
      `${path}: a variable that it uses was changed while it ran, so that its result is not kept. Pass what changes as an input.`,
    );
    return false;
  }
}
