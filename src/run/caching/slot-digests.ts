import { CachedValue } from './cached-value.ts';
import { digestValue } from './code-of.ts';

/** Digests of the slots that all items of a map have in common, worked out once for all. */
export interface SharedDigests {
  readonly digests: SlotDigests;
  has(slot: number): boolean;
}

/** Digests of the values in the slots of one execution, worked out when first asked for. */
export class SlotDigests {
  readonly #own: (string | undefined)[] = [];
  /** Slots whose digest is that of the value as a whole, and not made of the digests of a list's items. */
  readonly #whole: boolean[] = [];
  readonly #shared: SharedDigests | undefined;

  constructor(shared?: SharedDigests) {
    this.#shared = shared;
  }

  /** @throws DigestError when the value has no identity. */
  of(slot: number, values: readonly unknown[]): string {
    if (this.#shared?.has(slot) === true) return this.#shared.digests.of(slot, values);
    let known = this.#own[slot];
    if (known === undefined) {
      const value = values[slot];
      known = value instanceof CachedValue ? value.digest : digestValue(value);
      this.#own[slot] = known;
      this.#whole[slot] = !(value instanceof CachedValue);
    }
    return known;
  }

  /** The digest, if it was worked out or recorded already. */
  known(slot: number): string | undefined {
    if (this.#shared?.has(slot) === true) return this.#shared.digests.known(slot);
    return this.#own[slot];
  }

  /** Has the digest worked out anew when it is asked for. */
  forget(slot: number): void {
    if (this.#shared?.has(slot) === true) this.#shared.digests.forget(slot);
    else this.#own[slot] = undefined;
  }

  /** Whether hashing the value again would give the known digest. */
  isWhole(slot: number): boolean {
    if (this.#shared?.has(slot) === true) return this.#shared.digests.isWhole(slot);
    return this.#own[slot] !== undefined && this.#whole[slot] === true;
  }

  /** Has those of this slot and all after it worked out anew, other than those that all items share. */
  forgetFrom(slot: number): void {
    this.#own.fill(undefined, slot);
  }

  /** @param isWhole Whether it is the digest of the value as a whole. */
  set(slot: number, value: string, isWhole = false): void {
    if (this.#shared?.has(slot) === true) {
      this.#shared.digests.set(slot, value, isWhole);
      return;
    }
    this.#own[slot] = value;
    this.#whole[slot] = isWhole;
  }
}
