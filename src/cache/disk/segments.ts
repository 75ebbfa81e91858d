import { closeSync, fstatSync, openSync, readSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { fileInfo, namesIn } from '../file-info.ts';
import { isAlive } from './process-alive.ts';

/** One append-only file of records; only the thread that made it writes to it. */
export interface Segment {
  readonly id: number;
  readonly file: string;
  readonly hint: string;
  /** Bytes that are indexed; the rest is not read yet, or no whole record yet. */
  scanned: number;
  /** Its creator appends no more. */
  sealed: boolean;
  /** Written by this cache object. */
  own: boolean;
  gone: boolean;
}

const NAME = /^[0-9a-z]+-(\d+)-[0-9a-f]+\.segment$/;
/** Milliseconds for which a creator may leave its segment alone and still append; see {@link SegmentWriter}. */
const LEASE = 3_600_000;
/** Coarsest time stamps of files that are in use, in milliseconds: a change within one tick shows no difference. */
const TICK = 50;
/** Milliseconds between two looks at segments whose creator seems dead, or at many. */
const SELDOM = 200;

const WINDOW = 1 << 18;
/** Windows that a segment can have at most; what lies beyond is read piece by piece. */
const PARTS = 4096;
const MAX_WINDOWS = (64 << 20) / WINDOW;
/** A neighbourhood is warm that is asked for so often within so many reads. */
const [WARM, RECENT] = [4, 64];
const MAX_OPEN = 128;
const MOST_WATCHED = 16;

const none: readonly Segment[] = [];
const nowhere = Buffer.alloc(0);

/** The segments of a directory: which there are, and their bytes. */
export class Segments {
  readonly all: Segment[] = [];
  readonly folder: string;
  readonly #byName = new Map<string, Segment>();
  readonly #open = new Map<number, number>();
  readonly #windows = new Map<number, Buffer>();
  readonly #touches = new Map<number, number>();
  #listedAt = -1;
  #listedChange = -1;
  #lookedAt = 0;
  #reads = 0;
  #scratch = Buffer.allocUnsafeSlow(1 << 17);
  /** Where in the buffer that {@link view} returned the asked bytes start. */
  at = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  add(name: string, own: boolean): Segment {
    const file = join(this.folder, name);
    const hint = `${file.slice(0, -'.segment'.length)}.hint`;
    const segment = { id: this.all.length, file, hint, scanned: 0, sealed: false, own, gone: false };
    this.all.push(segment);
    this.#byName.set(name, segment);
    return segment;
  }

  /** Segments that appeared since the last call; those that vanished are marked. Costs one `stat` when nothing changed. */
  list(vanished: (segment: Segment) => void): readonly Segment[] {
    const change = fileInfo(this.folder)?.mtimeMs ?? 0;
    if (change === this.#listedChange && this.#listedAt - change > TICK) return none;
    this.#listedChange = change;
    this.#listedAt = Date.now();
    const names = namesIn(this.folder).filter((name) => NAME.test(name));
    const present = new Set(names);
    for (const [name, segment] of this.#byName) {
      if (present.has(name)) continue;
      this.forget(segment);
      vanished(segment);
    }
    return names
      .filter((name) => !this.#byName.has(name))
      .sort()
      .map((name) => this.add(name, false));
  }

  /** Segments of others that have grown, with the bytes they have now; unless `all`, the likeliest are asked mostly. */
  *grown(all: boolean): Iterable<[Segment, number]> {
    const now = Date.now();
    const seldom = all || now - this.#lookedAt > SELDOM;
    if (seldom) this.#lookedAt = now;
    let watched = 0;
    for (const segment of this.#byName.values()) {
      if (segment.sealed || segment.own) continue;
      if (!seldom && (++watched > MOST_WATCHED || !this.#creatorLives(segment))) continue;
      const info = this.#stat(segment);
      if (info === undefined) continue;
      if (info.size > segment.scanned) yield [segment, info.size];
      else if (now - info.mtimeMs > LEASE) segment.sealed = true;
    }
  }

  size(segment: Segment): number {
    return this.#stat(segment)?.size ?? 0;
  }

  #creatorLives(segment: Segment): boolean {
    return isAlive(Number(NAME.exec(segment.file.slice(this.folder.length + 1))?.[1]));
  }

  /** Removes unfinished hints that nobody will finish. */
  sweep(): void {
    for (const name of namesIn(this.folder)) {
      const file = join(this.folder, name);
      if (!/\.hint\..+\.tmp$/.test(name) || Date.now() - (fileInfo(file)?.mtimeMs ?? Date.now()) < LEASE) continue;
      rmSync(file, { force: true });
    }
  }

  /** Whether nobody can be appending to a segment any more. */
  abandoned(segment: Segment): boolean {
    return Date.now() - (this.#stat(segment)?.mtimeMs ?? 0) > LEASE;
  }

  #stat(segment: Segment): Stats | undefined {
    const descriptor = this.#descriptor(segment);
    return descriptor === undefined ? undefined : fstatSync(descriptor);
  }

  forget(segment: Segment): void {
    segment.gone = true;
    this.#byName.delete(segment.file.slice(this.folder.length + 1));
    this.#close(segment.id);
    this.invalidate(segment);
  }

  /** Lets go of bytes that are no longer those of the file. */
  invalidate(segment: Segment): void {
    for (const window of this.#windows.keys())
      if (Math.floor(window / PARTS) === segment.id) this.#windows.delete(window);
  }

  /**
   * Bytes of a segment, from {@link at} in a buffer that is valid until the next call; fewer than asked at its end.
   * Neighbourhoods that are asked for repeatedly are kept, 64 MB at most.
   */
  view(segment: Segment, offset: number, length: number): Buffer {
    const part = Math.floor(offset / WINDOW);
    const end = offset + length;
    if (part < PARTS && end <= (part + 1) * WINDOW && end <= segment.scanned) {
      const id = segment.id * PARTS + part;
      const window = this.#windows.get(id) ?? this.#warm(segment, id, part);
      this.at = offset - part * WINDOW;
      if (window !== undefined) {
        if (this.at + length <= window.length) return window;
        // The segment has grown since.
        this.#windows.delete(id);
      }
    }
    return this.piece(segment, offset, length);
  }

  /** As {@link view}, but reads these bytes alone: large records make few of a neighbourhood, not worth reading it. */
  piece(segment: Segment, offset: number, length: number): Buffer {
    if (length > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(length);
    this.at = 0;
    return this.read(segment, this.#scratch.subarray(0, length), offset);
  }

  /** Fills a buffer from a segment; returns the part that was filled. */
  read(segment: Segment, into: Buffer, offset: number): Buffer {
    const descriptor = this.#descriptor(segment);
    if (descriptor === undefined) return nowhere;
    let filled = 0;
    while (filled < into.length) {
      const count = readSync(descriptor, into, filled, into.length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return into.subarray(0, filled);
  }

  /** Keeps a neighbourhood that is asked for several times within few reads; else reading all of it costs more than it saves. */
  #warm(segment: Segment, id: number, part: number): Buffer | undefined {
    if (++this.#reads % RECENT === 0) this.#touches.clear();
    const touches = (this.#touches.get(id) ?? 0) + 1;
    this.#touches.set(id, touches);
    if (touches < WARM) return undefined;
    const start = part * WINDOW;
    const window = this.read(segment, Buffer.allocUnsafeSlow(Math.min(WINDOW, segment.scanned - start)), start);
    if (this.#windows.size >= MAX_WINDOWS) {
      const [oldest] = this.#windows.keys();
      this.#windows.delete(oldest!);
    }
    this.#windows.set(id, window);
    return window;
  }

  #descriptor(segment: Segment): number | undefined {
    const known = this.#open.get(segment.id);
    if (known !== undefined) return known;
    if (segment.gone) return undefined;
    try {
      const descriptor = openSync(segment.file, 'r');
      if (this.#open.size >= MAX_OPEN) this.#close(this.#open.keys().next().value!);
      this.#open.set(segment.id, descriptor);
      return descriptor;
    } catch {
      return undefined;
    }
  }

  #close(id: number): void {
    const descriptor = this.#open.get(id);
    if (descriptor === undefined) return;
    this.#open.delete(id);
    closeSync(descriptor);
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.#close(id);
    this.#windows.clear();
    this.#touches.clear();
  }
}
