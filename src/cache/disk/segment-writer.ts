import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import type { Segment, Segments } from './segments.ts';

/** Milliseconds of silence after which a new segment is begun: others may take an older one over after an hour. */
const SILENCE = 600_000;
/** Milliseconds between two looks whether the file is still in its directory. */
const LOOK = 50;

/** Appends to the one segment that this cache object has made. */
export class SegmentWriter {
  readonly segment: Segment;
  readonly #segments: Segments;
  readonly #descriptor: number;
  #writtenAt = Date.now();
  #lookedAt = Date.now();

  /** @throws what `open` throws when the directory cannot be written to. */
  constructor(segments: Segments) {
    const name = `${Date.now().toString(36)}-${process.pid}-${randomBytes(6).toString('hex')}${threadId.toString(16)}.segment`;
    this.#segments = segments;
    this.#descriptor = openSync(`${segments.folder}/${name}`, 'wx');
    this.segment = segments.add(name, true);
  }

  /** Whether it may still be appended to: after a long silence, or when its file was removed, it may not. */
  get usable(): boolean {
    const now = Date.now();
    if (now - this.#writtenAt > SILENCE) return false;
    if (now - this.#lookedAt > LOOK) {
      this.#lookedAt = now;
      return fstatSync(this.#descriptor).nlink > 0;
    }
    return true;
  }

  /**
   * Appends all of the bytes or, on a full disk, nothing; returns where they start.
   * `write` may take only some of the bytes without saying so.
   */
  append(bytes: Uint8Array): number {
    const start = this.segment.scanned;
    let written = 0;
    try {
      while (written < bytes.byteLength) {
        const count = writeSync(this.#descriptor, bytes, written, bytes.byteLength - written, start + written);
        if (count === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        written += count;
      }
    } catch (error) {
      ftruncateSync(this.#descriptor, start);
      this.#segments.invalidate(this.segment);
      throw error;
    }
    this.segment.scanned = start + bytes.byteLength;
    this.#writtenAt = Date.now();
    return start;
  }

  /** Makes what was appended outlive a loss of power. */
  sync(): void {
    fsyncSync(this.#descriptor);
  }

  close(): void {
    this.segment.sealed = true;
    closeSync(this.#descriptor);
  }
}
