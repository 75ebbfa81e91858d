import { createHash, type Hash, hash } from 'node:crypto';

const CAPACITY = 1 << 16;
/** Strings up to this length are copied by hand, which beats a native call. */
const SHORT = 32;

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters that fit a byte.
const LATIN = /^[\u0000-\u00ff]*$/;
/** Most bytes that the hash is given at once; it takes less than 2 GiB. */
const AT_ONCE = 1 << 30;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/**
 * Bytes on their way into SHA-256: gathered in one reused buffer and hashed in one call when they fit, streamed otherwise.
 *
 * Every item is written with its length first, so that no two sequences of items give the same bytes.
 */
export class EncodingBuffer {
  readonly #bytes = Buffer.allocUnsafeSlow(CAPACITY);
  #position = 0;
  #hash: Hash | undefined;

  reset(): void {
    this.#position = 0;
    this.#hash = undefined;
  }

  /** SHA-256 of everything since the last reset, in hexadecimal. */
  finish(): string {
    const rest = this.#bytes.subarray(0, this.#position);
    return this.#hash === undefined ? hash('sha256', rest) : this.#hash.update(rest).digest('hex');
  }

  tag(tag: number): void {
    this.#reserve(1);
    this.#bytes[this.#position++] = tag;
  }

  /** A tag and a whole number from 0 to 2³² − 1. */
  count(tag: number, value: number): void {
    this.#reserve(5);
    this.#bytes[this.#position++] = tag;
    this.#uint32(value);
  }

  float(tag: number, value: number): void {
    this.#reserve(9);
    const bytes = this.#bytes;
    bytes[this.#position++] = tag;
    // One NaN, whatever its bits are.
    float[0] = Number.isNaN(value) ? Number.NaN : value;
    for (let i = 0; i < 8; i++) bytes[this.#position++] = floatBytes[i]!;
  }

  /** A tag and text, as UTF-16 so that lone surrogates keep apart; Latin text takes one byte a character. */
  text(tag: number, text: string): void {
    const { length } = text;
    if (length <= SHORT) {
      this.#reserve(6 + 2 * SHORT);
      const start = this.#position;
      const bytes = this.#bytes;
      let at = start + 6;
      let isLatin = true;
      for (let i = 0; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 0xff) {
          isLatin = false;
          break;
        }
        bytes[at++] = code;
      }
      bytes[this.#position++] = tag;
      bytes[this.#position++] = isLatin ? 1 : 2;
      this.#uint32(length);
      this.#position = isLatin ? at : this.#position + bytes.write(text, this.#position, 'utf16le');
      return;
    }
    const isLatin = LATIN.test(text);
    this.#reserve(6);
    this.#bytes[this.#position++] = tag;
    this.#bytes[this.#position++] = isLatin ? 1 : 2;
    this.#uint32(length);
    const encoding = isLatin ? 'latin1' : 'utf16le';
    if (this.#position + (isLatin ? length : 2 * length) <= CAPACITY) {
      this.#position += this.#bytes.write(text, this.#position, encoding);
      return;
    }
    // Piece by piece: all of it at once would take its size in memory once more.
    for (let at = 0; at < length; at += CAPACITY / 2) {
      this.#flush();
      this.#position = this.#bytes.write(text.slice(at, at + CAPACITY / 2), 0, encoding);
    }
  }

  /** A tag, a length and bytes; large ones go to the hash without a copy. */
  bytes(tag: number, bytes: Uint8Array): void {
    this.float(tag, bytes.byteLength);
    if (this.#position + bytes.byteLength <= CAPACITY) {
      this.#bytes.set(bytes, this.#position);
      this.#position += bytes.byteLength;
    } else this.#stream(bytes);
  }

  #uint32(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#position++] = value;
    bytes[this.#position++] = value >>> 8;
    bytes[this.#position++] = value >>> 16;
    bytes[this.#position++] = value >>> 24;
  }

  #reserve(length: number): void {
    if (this.#position + length > CAPACITY) this.#flush();
  }

  #flush(): void {
    this.#hash ??= createHash('sha256');
    this.#hash.update(this.#bytes.subarray(0, this.#position));
    this.#position = 0;
  }

  #stream(bytes: Uint8Array): void {
    this.#flush();
    for (let at = 0; at < bytes.byteLength; at += AT_ONCE) this.#hash!.update(bytes.subarray(at, at + AT_ONCE));
  }
}
