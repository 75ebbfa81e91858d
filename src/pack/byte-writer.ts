const FIRST_SIZE = 1024;
/** Below this length, a loop over the characters is quicker than asking the buffer to write them. */
const SHORT_STRING = 24;

/** Bytes that grow as they are written; integers take as little room as their size allows. */
export class ByteWriter {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_SIZE);
  #view: DataView = viewOf(this.#bytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written so far; valid until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53 - 1. */
  unsigned(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    let rest = value;
    // Beyond this, there are no bits for operators that look at bits.
    while (rest > 0x7fffffff) {
      this.#bytes[this.#length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  double(value: number): void {
    if (this.#length + 8 > this.#bytes.length) this.#grow(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Any string, lone surrogates included: a byte per character, or two when one of them needs it. */
  string(value: string): void {
    const { length } = value;
    if (this.#length + length * 2 + 8 > this.#bytes.length) this.#grow(length * 2 + 8);
    const start = this.#length;
    this.unsigned(length * 2);
    if (length < SHORT_STRING) {
      for (let i = 0; i < length; i++) {
        const unit = value.charCodeAt(i);
        if (unit > 0xff) {
          this.#wide(value, start);
          return;
        }
        this.#bytes[this.#length++] = unit;
      }
    } else if (isNarrow.test(value)) {
      this.#length += this.#bytes.write(value, this.#length, 'latin1');
    } else {
      this.#wide(value, start);
    }
  }

  bytes(value: Uint8Array): void {
    if (this.#length + value.length > this.#bytes.length) this.#grow(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  #wide(value: string, start: number): void {
    this.#length = start;
    this.unsigned(value.length * 2 + 1);
    this.#length += this.#bytes.write(value, this.#length, 'utf16le');
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + needed));
    larger.set(this.written());
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length);

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of one byte
const isNarrow = /^[\x00-\xff]*$/;
