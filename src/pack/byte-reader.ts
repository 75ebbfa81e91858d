import { corrupt } from './corrupt.ts';

/** Up to this length, part of a string is a copy; of a longer part, V8 would keep the whole string. */
const SHORT_STRING = 12;
/** So many bytes become one string, from which short ones are cut: quicker than to ask the buffer for each. */
const WINDOW = 4096;

/** Reads what a `ByteWriter` wrote, and never beyond the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #position = 0;
  /** The bytes from {@link #windowStart} on, as characters. */
  #window = '';
  #windowStart = 0;

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes;
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
    this.#view = new DataView(buffer, byteOffset, byteLength);
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
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let unit = 0x80;
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
    const value = this.#view.getFloat64(this.#position, true);
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
    return length > SHORT_STRING ? this.#bytes.toString('latin1', start, this.#position) : this.#short(start, length);
  }

  #short(start: number, length: number): string {
    let from = start - this.#windowStart;
    if (from < 0 || from + length > this.#window.length) {
      this.#windowStart = start;
      this.#window = this.#bytes.toString('latin1', start, start + WINDOW);
      from = 0;
    }
    return this.#window.substring(from, from + length);
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
