import type { EntryHeader, KeyParts } from '../cache.ts';

/** How the header of a node with one output begins; its digest follows. */
const BEGIN = '{"digests":{"value":"';
const DIGEST_DIGITS = 64;
/** What the header of an execution ends with, from here on: every warm run that is watched adds it up. */
const DURATION = ',"durationMs":';
const LENGTH = BEGIN.length + DIGEST_DIGITS;

/**
 * A header as it lies on the disk. Of most entries a warm run wants the digest alone, which stands at a known place: the
 * rest is parsed when it is asked for.
 */
export class StoredHeader implements EntryHeader {
  readonly digests: Readonly<Record<string, string>>;
  /** The JSON text in UTF-8, a character for each byte. */
  readonly #bytes: string;
  #parsed: EntryHeader | undefined;

  constructor(bytes: Buffer, start: number, end: number) {
    const text = bytes.toString('latin1', start, end);
    this.#bytes = text;
    const isLone = text.startsWith(BEGIN) && text.startsWith('"}', LENGTH);
    this.digests = isLone ? { value: text.slice(BEGIN.length, LENGTH) } : this.#whole.digests;
  }

  get node(): string {
    return this.#whole.node;
  }

  get parts(): KeyParts {
    return this.#whole.parts;
  }

  get createdAt(): number {
    return this.#whole.createdAt;
  }

  get durationMs(): number {
    return this.#cost.durationMs;
  }

  get share(): number | undefined {
    return this.#cost.share;
  }

  /** For `JSON.stringify`, which sees no getters. */
  toJSON(): EntryHeader {
    return this.#whole;
  }

  get #cost(): Pick<EntryHeader, 'durationMs' | 'share'> {
    try {
      return JSON.parse(`{${this.#bytes.slice(this.#bytes.lastIndexOf(DURATION) + 1)}`) as EntryHeader;
    } catch {
      // Written by hand, in another order.
      return this.#whole;
    }
  }

  get #whole(): EntryHeader {
    this.#parsed ??= JSON.parse(Buffer.from(this.#bytes, 'latin1').toString()) as EntryHeader;
    return this.#parsed;
  }
}
