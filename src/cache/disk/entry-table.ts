import { NOTE, TEXT, TOMBSTONE } from './record-format.ts';

/** 32-bit words of a row; hint files hold rows as they are. */
export const ROW_WORDS = 10;
export const ROW_BYTES: number = ROW_WORDS * 4;
/** In memory only: what the row speaks of is damaged, evicted or gone. */
export const DROPPED = 128;

/** Positions in a row, in 32-bit words, after the low half of the fingerprint. */
const [HIGH, PLACE, OFFSET, LENGTH, SIZE] = [1, 2, 3, 4, 5];
/** Positions of the two times in a row, in 64-bit words. */
const [TIME, USED] = [3, 4];

/** One row, when it is made anew. */
export interface Row {
  readonly low: number;
  readonly high: number;
  segment: number;
  readonly flags: number;
  offset: number;
  /** Bytes in the segment. */
  length: number;
  /** Bytes of the value in a file of its own, else 0. */
  readonly size: number;
  readonly time: number;
  readonly used: number;
}

/**
 * Where each entry is: rows in typed arrays, found by open addressing. No object per entry, so that a million of them
 * take 48 MB and are loaded by copying.
 */
export class EntryTable {
  #words: Uint32Array;
  #times: Float64Array;
  #slots: Uint32Array;
  #mask: number;
  #rows = 0;

  constructor(expected = 0) {
    const capacity = Math.max(1024, expected + (expected >> 2));
    this.#words = new Uint32Array(capacity * ROW_WORDS);
    this.#times = new Float64Array(this.#words.buffer);
    this.#slots = new Uint32Array(slotsFor(capacity));
    this.#mask = this.#slots.length - 1;
  }

  /** Rows in use, dropped ones included: ids are 0 to this, exclusive. */
  get rows(): number {
    return this.#rows;
  }

  /** Row of a fingerprint, or -1. */
  find(low: number, high: number): number {
    for (let slot = low & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const row = this.#slots[slot]! - 1;
      if (row < 0) return -1;
      const at = row * ROW_WORDS;
      if (this.#words[at] === low && this.#words[at + HIGH] === high) return row;
    }
  }

  flags = (row: number): number => this.#words[row * ROW_WORDS + PLACE]! & 0xff;
  segment = (row: number): number => this.#words[row * ROW_WORDS + PLACE]! >>> 8;
  offset = (row: number): number => this.#words[row * ROW_WORDS + OFFSET]!;
  length = (row: number): number => this.#words[row * ROW_WORDS + LENGTH]!;
  size = (row: number): number => this.#words[row * ROW_WORDS + SIZE]!;
  time = (row: number): number => this.#times[row * 5 + TIME]!;
  used = (row: number): number => this.#times[row * 5 + USED]!;

  /** Whether a row is an entry that can be asked for. */
  isEntry = (row: number): boolean => (this.flags(row) & (DROPPED | TOMBSTONE | TEXT | NOTE)) === 0;

  touch(row: number, now: number): void {
    this.#times[row * 5 + USED] = now;
  }

  /**
   * The time of each of these fingerprints' rows, `NaN` where there is no entry; marks them as used.
   *
   * @param stale Gets the segments of those that were last used before `usedBefore`.
   */
  useAll(prints: Uint32Array, now: number, usedBefore: number, stale: Set<number>): Float64Array {
    const times = new Float64Array(prints.length / 2);
    for (let index = 0; index < times.length; index++) {
      const row = this.find(prints[2 * index]!, prints[2 * index + 1]!);
      if (row < 0 || !this.isEntry(row)) {
        times[index] = Number.NaN;
        continue;
      }
      times[index] = this.#times[row * 5 + TIME]!;
      if (this.#times[row * 5 + USED]! < usedBefore) stale.add(this.segment(row));
      this.#times[row * 5 + USED] = now;
    }
    return times;
  }

  drop(row: number): void {
    this.#words[row * ROW_WORDS + PLACE]! |= DROPPED;
  }

  /** Puts a row in, unless a later one with its fingerprint is there; returns whether it holds. */
  set(row: Row): boolean {
    this.#reserve(1);
    const at = this.#rows * ROW_WORDS;
    const words = this.#words;
    words[at] = row.low;
    words[at + HIGH] = row.high;
    words[at + PLACE] = ((row.segment << 8) | row.flags) >>> 0;
    words[at + OFFSET] = row.offset;
    words[at + LENGTH] = row.length;
    words[at + SIZE] = Math.min(row.size, 0xffff_ffff);
    this.#times[this.#rows * 5 + TIME] = row.time;
    this.#times[this.#rows * 5 + USED] = row.used;
    return this.#link(this.#rows);
  }

  /** Puts in rows as a hint file has them, now under this number of their segment. */
  load(rows: Uint32Array, segment: number): void {
    const count = rows.length / ROW_WORDS;
    this.#reserve(count);
    const words = this.#words;
    const start = this.#rows * ROW_WORDS;
    words.set(rows, start);
    for (let from = start; from < start + rows.length; from += ROW_WORDS) {
      const at = this.#rows * ROW_WORDS;
      // Those before it that are no rows of their own have left a gap.
      if (at < from) words.copyWithin(at, from, from + ROW_WORDS);
      words[at + PLACE] = ((segment << 8) | (words[at + PLACE]! & 0x7f)) >>> 0;
      this.#link(this.#rows);
    }
  }

  /** Takes over later times of use from rows as a hint file of that segment has them. */
  mergeUse(rows: Uint32Array, segment: number): void {
    const times = new Float64Array(rows.buffer, rows.byteOffset, rows.length / 2);
    for (let at = 0, i = 0; at < rows.length; at += ROW_WORDS, i++) {
      const row = this.find(rows[at]!, rows[at + HIGH]!);
      if (row < 0 || this.segment(row) !== segment || this.offset(row) !== rows[at + OFFSET]) continue;
      const used = times[i * 5 + USED]!;
      if (used > this.used(row)) this.touch(row, used);
    }
  }

  /** The rows of one segment, as a hint file has them. */
  rowsOf(segment: number): Uint32Array {
    const wanted: number[] = [];
    for (let row = 0; row < this.#rows; row++) {
      if (this.segment(row) === segment && !(this.flags(row) & DROPPED)) wanted.push(row);
    }
    const rows = new Uint32Array(wanted.length * ROW_WORDS);
    for (const [i, row] of wanted.entries()) {
      rows.set(this.#words.subarray(row * ROW_WORDS, (row + 1) * ROW_WORDS), i * ROW_WORDS);
    }
    return rows;
  }

  /** Makes the next, already written row the one that is found, if it is the latest of its key. */
  #link(row: number): boolean {
    const words = this.#words;
    const at = row * ROW_WORDS;
    const low = words[at]!;
    const high = words[at + HIGH]!;
    for (let slot = low & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const other = this.#slots[slot]! - 1;
      if (other < 0) {
        this.#slots[slot] = row + 1;
        this.#rows = row + 1;
        return true;
      }
      const there = other * ROW_WORDS;
      if (words[there] !== low || words[there + HIGH] !== high) continue;
      // Copies of one record are equally old; that of the later segment is kept, in every process.
      const older = this.time(row) - this.time(other) || this.segment(row) - this.segment(other);
      if (older < 0 && !(this.flags(other) & DROPPED)) return false;
      words.copyWithin(there, at, at + ROW_WORDS);
      return true;
    }
  }

  #reserve(count: number): void {
    const needed = this.#rows + count;
    if (needed * ROW_WORDS <= this.#words.length && needed * 1.5 <= this.#slots.length) return;
    const capacity = Math.max(needed, Math.ceil(this.#rows * 1.5));
    const { buffer } = this.#words;
    const rows = this.#rows;
    this.#words = new Uint32Array(capacity * ROW_WORDS);
    this.#words.set(new Uint32Array(buffer, 0, rows * ROW_WORDS));
    this.#times = new Float64Array(this.#words.buffer);
    this.#slots = new Uint32Array(slotsFor(capacity));
    this.#mask = this.#slots.length - 1;
    for (let row = 0; row < rows; row++) {
      let slot = this.#words[row * ROW_WORDS]! & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = row + 1;
    }
  }
}

/** A power of two that is filled to two thirds at most. */
function slotsFor(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity * 1.5));
}
