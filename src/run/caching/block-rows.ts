const DIGEST_BYTES = 32;
/** Bytes before the columns: how many rows there are. */
const HEAD = 8;

/** How many digests a row has: of the item's inputs, and for each step of its outputs. */
export interface RowShape {
  readonly inputs: number;
  readonly outputs: readonly number[];
}

/** For keys of 32 bytes each, the stamps of their entries; `NaN` where there is none. */
type StampsOf = (keys: Uint8Array) => Float64Array;

/** What is known of one step of an item. */
export interface StepRow {
  /** Stamp of its entry from the moment in which all the rest was so; `NaN` when it has none. */
  readonly stamp: number;
  /** Milliseconds that a hit saves. */
  readonly savedMs: number;
  /** The encoded outputs, where they are small. */
  readonly value: Uint8Array | undefined;
}

/** What is known of one item. */
export interface ItemRow {
  /** Key of each step's entry, one after the other. */
  readonly keys: string;
  /** Digests of the inputs in which items differ, then of all outputs. */
  readonly digests: string;
  readonly steps: readonly StepRow[];
}

/** Bytes of the columns, and digests in a row. */
function sizeOf({ inputs, outputs }: RowShape, rows: number) {
  const width = outputs.reduce((sum, count) => sum + count, inputs);
  const keysAt = HEAD + rows * outputs.length * 24;
  const digestsAt = keysAt + rows * outputs.length * DIGEST_BYTES;
  return { width, keysAt, digestsAt, valuesAt: digestsAt + rows * width * DIGEST_BYTES };
}

/**
 * What is known of the items of a block, as bytes: a column of stamps, one of saved milliseconds, one of where each value
 * starts and ends, one of keys and one of digests, then the values. By columns all stamps are asked
 * for at once.
 */
export class BlockRows {
  readonly count: number;
  readonly #shape: RowShape;
  readonly #perRow: number;
  readonly #width: number;
  readonly #keysAt: number;
  readonly #digestsAt: number;
  /** For each step where among the digests of a row its outputs begin. */
  readonly #outputAt: readonly number[];
  readonly #columns: Buffer;
  readonly #stamps: Float64Array;
  readonly #saved: Float64Array;
  readonly #places: Uint32Array;
  #values: Buffer;
  #valuesEnd: number;

  private constructor(shape: RowShape, count: number, columns: Buffer, values: Buffer) {
    const { width, keysAt, digestsAt } = sizeOf(shape, count);
    const { buffer, byteOffset } = columns;
    this.count = count;
    this.#shape = shape;
    this.#perRow = shape.outputs.length;
    this.#width = width;
    this.#keysAt = keysAt;
    this.#digestsAt = digestsAt;
    let at = shape.inputs;
    this.#outputAt = shape.outputs.map((outputs) => {
      at += outputs;
      return at - outputs;
    });
    const steps = count * this.#perRow;
    this.#columns = columns;
    this.#stamps = new Float64Array(buffer, byteOffset + HEAD, steps);
    this.#saved = new Float64Array(buffer, byteOffset + HEAD + 8 * steps, steps);
    this.#places = new Uint32Array(buffer, byteOffset + HEAD + 16 * steps, 2 * steps);
    this.#values = values;
    this.#valuesEnd = values.length;
  }

  /** Rows that hold nothing, or what earlier ones do. */
  static draft(shape: RowShape, count: number, earlier: BlockRows | undefined): BlockRows {
    const rows = earlier === undefined ? count : Math.max(count, earlier.count);
    const columns = Buffer.alloc(sizeOf(shape, rows).valuesAt);
    columns.writeUInt32LE(rows);
    const draft = new BlockRows(shape, rows, columns, earlier === undefined ? EMPTY : earlier.#values);
    draft.#stamps.fill(Number.NaN);
    if (earlier === undefined) return draft;
    draft.#stamps.set(earlier.#stamps);
    draft.#saved.set(earlier.#saved);
    draft.#places.set(earlier.#places);
    earlier.#columns.copy(columns, draft.#keysAt, earlier.#keysAt, earlier.#digestsAt);
    earlier.#columns.copy(columns, draft.#digestsAt, earlier.#digestsAt);
    return draft;
  }

  /** Rows as they were encoded; `undefined` for bytes of another shape. */
  static read(shape: RowShape, bytes: Uint8Array): BlockRows | undefined {
    if (bytes.length < HEAD) return undefined;
    // On a buffer of its own, where its numbers are aligned.
    const own = Buffer.from(new Uint8Array(bytes).buffer);
    const count = own.readUInt32LE();
    const { valuesAt } = sizeOf(shape, count);
    if (valuesAt > own.length) return undefined;
    return new BlockRows(shape, count, own.subarray(0, valuesAt), own.subarray(valuesAt));
  }

  /** Leaves out those of the first rows whose entries are no longer the same. */
  leaveOutChanged(rows: number, stampsOf: StampsOf): void {
    const keysEnd = this.#keysAt + Math.min(rows, this.count) * this.#perRow * DIGEST_BYTES;
    const now = stampsOf(this.#columns.subarray(this.#keysAt, keysEnd));
    for (let start = 0; start < now.length; start += this.#perRow) {
      let same = 0;
      // What has no entry, then or now, is NaN, which equals nothing.
      for (let at = start; at < start + this.#perRow; at++) if (now[at] === this.#stamps[at]) same++;
      if (same < this.#perRow) this.#stamps[start] = Number.NaN;
    }
  }

  /** Whether no row holds anything. */
  get isEmpty(): boolean {
    for (let row = 0; row < this.count; row++) if (this.has(row)) return false;
    return true;
  }

  /** Whether the row holds anything. */
  has(row: number): boolean {
    return row < this.count && !Number.isNaN(this.#stamps[row * this.#perRow]!);
  }

  /** Whether the row holds what is known of an item with these inputs. */
  isOf(row: number, inputs: readonly string[]): boolean {
    if (!this.has(row)) return false;
    for (let index = 0; index < inputs.length; index++) if (inputs[index] !== this.#digest(row, index)) return false;
    return true;
  }

  key(row: number, step: number): string {
    const at = this.#keysAt + (row * this.#perRow + step) * DIGEST_BYTES;
    return this.#columns.toString('hex', at, at + DIGEST_BYTES);
  }

  output(row: number, step: number, offset: number): string {
    return this.#digest(row, this.#outputAt[step]! + offset);
  }

  /** Milliseconds that a hit saves. */
  savedMs(row: number, step: number): number {
    return this.#saved[row * this.#perRow + step]!;
  }

  /** A copy of the encoded outputs, when they are small. */
  value(row: number, step: number): Buffer | undefined {
    const place = 2 * (row * this.#perRow + step);
    const [start, end] = [this.#places[place]!, this.#places[place + 1]!];
    return start < end ? Buffer.from(this.#values.subarray(start, end)) : undefined;
  }

  /** Digests of the inputs of an item. */
  inputs(row: number): string[] {
    return Array.from({ length: this.#shape.inputs }, (_, index) => this.#digest(row, index));
  }

  #digest(row: number, index: number): string {
    const at = this.#digestsAt + (row * this.#width + index) * DIGEST_BYTES;
    return this.#columns.toString('hex', at, at + DIGEST_BYTES);
  }

  /** Writes the row of an item; false when one of its entries was not there, or it is `undefined`: it holds nothing then. */
  write(row: number, item: ItemRow | undefined): boolean {
    const first = row * this.#perRow;
    this.#stamps[first] = Number.NaN;
    if (item === undefined || item.steps.some(({ stamp }) => Number.isNaN(stamp))) return false;
    this.#columns.write(item.keys, this.#keysAt + first * DIGEST_BYTES, 'hex');
    this.#columns.write(item.digests, this.#digestsAt + row * this.#width * DIGEST_BYTES, 'hex');
    for (const [step, { stamp, savedMs, value }] of item.steps.entries()) {
      this.#stamps[first + step] = stamp;
      this.#saved[first + step] = savedMs;
      this.#setValue(first + step, value);
    }
    return true;
  }

  #setValue(at: number, value: Uint8Array | undefined): void {
    const length = value?.byteLength ?? 0;
    const start = this.#valuesEnd;
    if (start + length > this.#values.length) {
      const larger = Buffer.alloc(Math.max(FIRST_VALUES, 2 * (start + length)));
      this.#values.copy(larger);
      this.#values = larger;
    }
    if (value !== undefined) this.#values.set(value, start);
    this.#valuesEnd = start + length;
    this.#places[2 * at] = start;
    this.#places[2 * at + 1] = this.#valuesEnd;
  }

  /** The rows as bytes. */
  encode(): Buffer {
    const values: Buffer[] = [];
    let end = 0;
    for (let place = 0; place < this.#places.length; place += 2) {
      const value = this.#values.subarray(this.#places[place]!, this.#places[place + 1]!);
      values.push(value);
      this.#places[place] = end;
      end += value.length;
      this.#places[place + 1] = end;
    }
    return Buffer.concat([this.#columns, ...values]);
  }
}

const EMPTY = Buffer.alloc(0);
/** Bytes for values to begin with. */
const FIRST_VALUES = 8192;
