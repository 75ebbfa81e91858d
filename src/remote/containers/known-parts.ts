import type { CallPart } from '../provider.ts';

/** Bytes that a container keeps for calls to come. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Which bytes a container has been sent, so that they are sent once; the ones used longest ago are given up. */
export class KnownParts {
  readonly #lengths = new Map<string, number>();
  #total = 0;

  /** What has to be sent before a call that needs these, and what can be forgotten after it. */
  use(parts: readonly CallPart[]): { readonly missing: readonly CallPart[]; readonly surplus: readonly string[] } {
    const missing = parts.filter(({ digest }) => !this.#lengths.has(digest));
    for (const { digest, bytes } of parts) {
      if (!this.#lengths.delete(digest)) this.#total += bytes.length;
      // Last in order: used last.
      this.#lengths.set(digest, bytes.length);
    }
    return { missing, surplus: this.#shrink(parts.length) };
  }

  #shrink(kept: number): readonly string[] {
    const surplus: string[] = [];
    for (const [digest, length] of this.#lengths) {
      if (this.#total <= MOST_BYTES || this.#lengths.size <= kept) break;
      this.#lengths.delete(digest);
      this.#total -= length;
      surplus.push(digest);
    }
    return surplus;
  }
}
