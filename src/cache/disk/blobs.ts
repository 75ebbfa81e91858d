import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { EntryHeader } from '../cache.ts';
import { fileInfo, namesIn } from '../file-info.ts';
import { readWhole, writeWhole } from '../whole-file.ts';

/** Age in milliseconds from which an unfinished file is nobody's any more. */
const ORPHAN_AGE = 3_600_000;
/** Files remembered as undamaged, at most. */
const MOST_TRUSTED = 10_000;

/** A large value, in parts. */
export interface LargeValue {
  readonly parts: readonly Uint8Array[];
  readonly byteLength: number;
  /** CRC-32 of the parts one after the other. */
  readonly checksum: number;
}

/** Large values, each in a file that is named for what it holds: equal values of several entries are stored once. */
export class Blobs {
  readonly #folder: string;
  /** When the files were last changed that this process wrote or found undamaged. */
  readonly #sound = new Map<string, number>();
  #temporaries = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Name of a value. Its outputs' digests, its length and its checksum determine it; hashing the bytes once more would
   * cost as much as writing them.
   */
  name(header: EntryHeader, { parts, byteLength, checksum }: LargeValue): Buffer {
    const digests = Object.entries(header.digests).sort(([a], [b]) => (a < b ? -1 : 1));
    const hash = createHash('sha256').update(JSON.stringify([digests, byteLength, checksum]));
    if (digests.length === 0) for (const part of parts) hash.update(part);
    return hash.digest();
  }

  /** Stores a value, unless it is there undamaged. */
  write(name: string, { parts, byteLength, checksum }: LargeValue): void {
    if (this.#refresh(name, byteLength, checksum)) return;
    const file = this.#fileOf(name);
    const temporary = `${file}.${process.pid}-${Date.now().toString(36)}-${this.#temporaries++}.tmp`;
    try {
      try {
        writeWhole(temporary, ...parts);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        mkdirSync(dirname(file), { recursive: true });
        writeWhole(temporary, ...parts);
      }
      renameSync(temporary, file);
      this.#trust(name);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Whether the value is there; if so it counts as new, so that no sweep takes it for an orphan meanwhile. */
  #refresh(name: string, bytes: number, checksum: number): boolean {
    const now = new Date();
    const file = this.#fileOf(name);
    try {
      const info = fileInfo(file);
      if (info?.size !== bytes) return false;
      // To read it costs as much as to write it.
      if (this.#sound.get(name) !== info.mtimeMs && crc32(readWhole(file) ?? '') !== checksum) return false;
      utimesSync(file, now, now);
      this.#trust(name);
      return true;
    } catch {
      return false;
    }
  }

  #trust(name: string): void {
    const info = fileInfo(this.#fileOf(name));
    if (info === undefined) return;
    if (this.#sound.size >= MOST_TRUSTED) this.#sound.clear();
    this.#sound.set(name, info.mtimeMs);
  }

  has(name: string, bytes: number): boolean {
    return fileInfo(this.#fileOf(name))?.size === bytes;
  }

  read(name: string): Buffer | undefined {
    try {
      return readWhole(this.#fileOf(name));
    } catch {
      return undefined;
    }
  }

  remove(name: string): void {
    this.#sound.delete(name);
    rmSync(this.#fileOf(name), { force: true });
  }

  /** Removes old files that nothing refers to: values whose record was never written, and unfinished ones. */
  sweep(isUsed: (name: string) => boolean): number {
    const before = Date.now() - ORPHAN_AGE;
    let freed = 0;
    for (const folder of namesIn(this.#folder)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue;
      for (const rest of namesIn(join(this.#folder, folder))) {
        const temporary = /^[0-9a-f]{62}\..+\.tmp$/.test(rest);
        if (!temporary && (!/^[0-9a-f]{62}$/.test(rest) || isUsed(folder + rest))) continue;
        const file = join(this.#folder, folder, rest);
        const info = fileInfo(file);
        if (info === undefined || info.mtimeMs > before) continue;
        rmSync(file, { force: true });
        freed += info.size;
      }
    }
    return freed;
  }

  #fileOf(name: string): string {
    return join(this.#folder, name.slice(0, 2), name.slice(2));
  }
}
