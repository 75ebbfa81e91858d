import { corrupt } from './corrupt.ts';

const SHORT_STRING = 24;

/** Reads what a `ByteWriter` wrote, and never beyond the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  seek(position: number): void {
    this.#position = position;
  }

  byte(): number {
    if (this.#position >= this.#bytes.length) throw corrupt('it ends too early');
    return this.#bytes[this.#position++]!;
  }

  unsigned(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const next = this.byte();
      value += (next & 0x7f) * unit;
      if (next < 0x80) break;
      unit *= 0x80;
    }
    if (!Number.isSafeInteger(value)) throw corrupt('a number in it is too large');
    return value;
  }

  /** A number of things that take at least a byte each. */
  count(): number {
    const value = this.unsigned();
    if (value > this.remaining) throw corrupt('it ends too early');
    return value;
  }

  double(): number {
    this.#require(8);
    const value = this.#bytes.readDoubleLE(this.#position);
    this.#position += 8;
    return value;
  }

  string(): string {
    const header = this.unsigned();
    const length = Math.floor(header / 2);
    const start = this.#position;
    if (header % 2 === 1) {
      this.#require(length * 2);
      this.#position += length * 2;
      return this.#bytes.toString('utf16le', start, this.#position);
    }
    this.#require(length);
    this.#position += length;
    if (length < SHORT_STRING) {
      let text = '';
      for (let i = start; i < this.#position; i++) text += String.fromCharCode(this.#bytes[i]!);
      return text;
    }
    return this.#bytes.toString('latin1', start, this.#position);
  }

  /** The next `length` bytes, as a view. */
  bytes(length: number): Uint8Array {
    this.#require(length);
    const start = this.#position;
    this.#position += length;
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, length);
  }

  #require(length: number): void {
    if (length > this.remaining) throw corrupt('it ends too early');
  }
}
