import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileInfo } from '../file-info.ts';
import { Blobs } from './blobs.ts';
import { DROPPED, EntryTable, ROW_BYTES, type Row } from './entry-table.ts';
import { checkFormat, markFormat } from './format-marker.ts';
import { readHint, writeHint } from './hint-file.ts';
import { type Fingerprints, fingerprint, fingerprints } from './key-bytes.ts';
import {
  BLOB,
  decodeRecord,
  encodeRecord,
  FIXED,
  hasKey,
  headBytes,
  type RecordContent,
  type RecordHead,
  TOMBSTONE,
} from './record-format.ts';
import { scanSegment } from './scan-segment.ts';
import { SegmentWriter } from './segment-writer.ts';
import { type Segment, Segments } from './segments.ts';

/** Bytes at which a segment is finished and a new one begun. */
const SEAL_BYTES = 64 << 20;
/** Without a limit, the times of use matter to those who prune by days: hints are not written anew for less than this. */
const USE_GRAIN = 3_600_000;
/** Bytes that surely hold most headers. */
const PROBE = 2048;

/** Hints up to this size are read into one buffer: that of a full segment of the smallest entries. */
const MOST_SCRATCH = 16 << 20;
const nothing = Buffer.alloc(0);

/** What `read` found; `bytes` are valid until the next call of the store. */
export interface FoundRecord {
  readonly row: number;
  readonly bytes: Buffer;
  /** Where in the bytes the record starts. */
  readonly at: number;
  readonly head: RecordHead;
}

const origin = performance.timeOrigin;
/** Milliseconds since the epoch, in fractions: a delete and a put within one millisecond have an order. */
const clock = (): number => origin + performance.now();

/** The records of a directory and where each is. Knows nothing of headers, values or eviction. */
export class Store {
  readonly path: string;
  readonly segments: Segments;
  readonly blobs: Blobs;
  readonly table: EntryTable;
  readonly #sealBytes: number;
  readonly #print: Fingerprints = new Uint32Array(2);
  /** Segments with entries that were used since their hint was written. */
  readonly #used = new Set<number>();
  /** How far behind the times of use in hints may be, in milliseconds. */
  readonly #grain: number;
  readonly #openedAt = clock();
  #writer: SegmentWriter | undefined;

  /** @throws CacheError `CACHE_FORMAT` */
  constructor(path: string, maxBytes = Number.POSITIVE_INFINITY) {
    checkFormat(path);
    this.path = path;
    this.segments = new Segments(join(path, 'segments'));
    this.blobs = new Blobs(join(path, 'blobs'));
    this.#sealBytes = Math.min(SEAL_BYTES, maxBytes / 8);
    this.#grain = maxBytes < Number.POSITIVE_INFINITY ? 0 : USE_GRAIN;
    const found = this.segments.list(() => undefined);
    const sizes = found.map(({ hint }) => fileInfo(hint)?.size ?? 0);
    const hinted = sizes.reduce((sum, size) => sum + size, 0);
    this.table = new EntryTable(Math.ceil(hinted / ROW_BYTES));
    const scratch = Buffer.allocUnsafeSlow(Math.min(Math.max(0, ...sizes), MOST_SCRATCH));
    for (const segment of found) this.#load(segment, scratch);
  }

  #load(segment: Segment, scratch: Buffer = nothing): void {
    const size = this.segments.size(segment);
    const hint = readHint(segment.hint, scratch);
    if (hint !== undefined && hint.covered <= size) {
      this.table.load(hint.rows, segment.id);
      segment.scanned = hint.covered;
      segment.sealed = hint.sealed;
    }
    scanSegment(this.segments, segment, size, this.table);
    if (segment.sealed || !this.segments.abandoned(segment)) return;
    // Its creator was killed; whoever finds it finishes it.
    segment.sealed = true;
    this.writeHint(segment);
  }

  /** Takes notice of what other processes did; `all` also of those that seem idle. */
  refresh(all = false): void {
    let lost = false;
    const found = this.segments.list((segment) => {
      lost = true;
      this.#forget(segment);
    });
    for (const segment of found) this.#load(segment);
    for (const [segment, size] of this.segments.grown(all || lost)) {
      scanSegment(this.segments, segment, size, this.table);
    }
  }

  #forget(segment: Segment): void {
    for (let row = 0; row < this.table.rows; row++) if (this.table.segment(row) === segment.id) this.table.drop(row);
    if (segment !== this.#writer?.segment) return;
    this.#writer.close();
    this.#writer = undefined;
  }

  /** Row of a key, deleted ones included, or -1; looks at what others wrote only when it isn't known. */
  find(key: Uint8Array): number {
    fingerprint(key, this.#print);
    const row = this.#live();
    if (row >= 0) return row;
    this.refresh();
    return this.#live();
  }

  /** Whether what lies under a key was found to be damaged, or gone. */
  isDropped(key: Uint8Array): boolean {
    fingerprint(key, this.#print);
    const row = this.table.find(this.#print[0]!, this.#print[1]!);
    return row >= 0 && (this.table.flags(row) & (DROPPED | TOMBSTONE)) === DROPPED;
  }

  #live(): number {
    const row = this.table.find(this.#print[0]!, this.#print[1]!);
    return row >= 0 && this.table.flags(row) & DROPPED ? -1 : row;
  }

  /**
   * The record of a key, at least up to the end of its header, all of it with `whole`. `undefined` when there is none;
   * a damaged one is forgotten, after `onDamage`.
   */
  read(key: Uint8Array, whole: boolean, onDamage: (where: string) => void): FoundRecord | undefined {
    for (;;) {
      const row = this.find(key);
      if (row < 0 || this.table.flags(row) & TOMBSTONE) return undefined;
      const segment = this.segments.all[this.table.segment(row)]!;
      const bytes = this.view(row, whole);
      const { at } = this.segments;
      const head = bytes.length >= at + FIXED && hasKey(bytes, at, key) ? decodeRecord(bytes, at) : undefined;
      if (head !== undefined) return { row, bytes, at, head };
      this.table.drop(row);
      if (bytes.length === 0 && fileInfo(segment.file) === undefined) {
        // Its segment was compacted by another process, which wrote the entry elsewhere.
        this.refresh(true);
        continue;
      }
      onDamage(`${segment.file} at ${this.table.offset(row)}`);
      return undefined;
    }
  }

  /** Bytes of the record of a row, from `segments.at`: up to the end of its header, or all of it. */
  view(row: number, whole: boolean): Buffer {
    const segment = this.segments.all[this.table.segment(row)]!;
    const offset = this.table.offset(row);
    const length = this.table.length(row);
    if (length <= PROBE) return this.segments.view(segment, offset, length);
    if (whole) return this.segments.piece(segment, offset, length);
    const bytes = this.segments.piece(segment, offset, PROBE);
    const needed = headBytes(bytes, this.segments.at);
    if (needed === undefined || needed <= PROBE) return bytes;
    return this.segments.piece(segment, offset, Math.min(needed, length));
  }

  /** Remembers that the entry of a row was used. */
  touch(row: number): void {
    const now = clock();
    if (this.table.used(row) < this.#writtenDown(now)) this.#used.add(this.table.segment(row));
    this.table.touch(row, now);
  }

  /** Times of use before this one get their hint written anew. */
  #writtenDown(now: number): number {
    return now - this.#openedAt > this.#grain ? Number.POSITIVE_INFINITY : now - this.#grain;
  }

  /** When the entry of each of these keys was written, `NaN` where none is known here; remembers that they were used. */
  stamps(keys: Uint8Array): Float64Array {
    const now = clock();
    return this.table.useAll(fingerprints(keys), now, this.#writtenDown(now), this.#used);
  }

  /** Appends a record; when this returns, it outlives the process. */
  append(content: RecordContent): void {
    fingerprint(content.key, this.#print);
    const [low, high] = [this.#print[0]!, this.#print[1]!];
    const known = this.table.find(low, high);
    const now = clock();
    const time = known < 0 ? now : Math.max(now, this.table.time(known) + 0.001);
    const size = content.flags & BLOB ? content.valueBytes : 0;
    const row = { low, high, segment: 0, flags: content.flags, offset: 0, length: 0, size, time, used: time };
    this.appendRaw(encodeRecord(content, time), row);
  }

  /** Appends a record as it is; says in its row where. */
  appendRaw(bytes: Buffer, row: Row): void {
    const writer = this.#usableWriter();
    const offset = writer.append(bytes);
    row.segment = writer.segment.id;
    row.offset = offset;
    row.length = bytes.byteLength;
    this.table.set(row);
    if (writer.segment.scanned >= this.#sealBytes) this.seal();
  }

  #usableWriter(): SegmentWriter {
    if (this.#writer?.usable) return this.#writer;
    this.seal();
    this.refresh(true);
    mkdirSync(this.segments.folder, { recursive: true });
    markFormat(this.path);
    this.#writer = new SegmentWriter(this.segments);
    return this.#writer;
  }

  /** Whether the next record goes into a new segment. */
  get idle(): boolean {
    return this.#writer === undefined;
  }

  /** Finishes the own segment: others may rewrite it from now on. */
  seal(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    this.#writer = undefined;
    writer.close();
    if (writer.segment.scanned === 0) this.removeSegment(writer.segment);
    else this.writeHint(writer.segment);
  }

  /** Finishes what the next process reads. */
  finish(): void {
    this.seal();
    for (const id of this.#used) {
      const segment = this.segments.all[id]!;
      if (!segment.sealed || segment.gone) continue;
      // Others may have used other entries meanwhile.
      const known = readHint(segment.hint, nothing);
      if (known !== undefined) this.table.mergeUse(known.rows, id);
      this.writeHint(segment);
    }
  }

  writeHint(segment: Segment): void {
    this.#used.delete(segment.id);
    const { scanned: covered, sealed } = segment;
    writeHint(segment.hint, { covered, sealed, rows: this.table.rowsOf(segment.id) });
  }

  /** Removes a segment from the disk and what it held from the index. */
  removeSegment(segment: Segment): void {
    rmSync(segment.file, { force: true });
    rmSync(segment.hint, { force: true });
    this.segments.forget(segment);
    this.#forget(segment);
  }

  /** Makes the own segment outlive a loss of power, finishes it and releases all files. */
  close(): void {
    this.#writer?.sync();
    this.finish();
    this.segments.close();
  }
}
