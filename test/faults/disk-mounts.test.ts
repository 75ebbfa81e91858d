import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskCache, FileCache } from 'hypernodes/cache';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { bytesOf, entryOf, keyOf } from '../fixtures/cache/entries.mjs';

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-mount-'));
const mount = (...options: string[]): void => {
  execFileSync('mount', options, { stdio: 'pipe' });
};
const unmount = (): void => {
  // Lazily: readers that were not closed still have files open.
  execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
};

/** Why file systems cannot be mounted here, if they cannot. */
const refusal = ((): string | undefined => {
  try {
    mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder);
    unmount();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
})();
if (refusal !== undefined) console.warn(`SKIPPED: full and read-only disks need the right to mount: ${refusal}`);

afterEach(() => {
  unmount();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(refusal !== undefined)('DiskCache on a disk of its own', () => {
  it('says when the disk is full, keeps what it has, and uses freed space again', () => {
    mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder);
    const path = join(folder, 'cache');
    const cache = new DiskCache(path);
    const full = expect.objectContaining({
      name: 'CacheError',
      code: 'CACHE_FULL',
      message: expect.stringMatching(/no space left for cache entries\. Free space/),
    });
    const stored: number[] = [];
    const refused: number[] = [];
    for (let n = 0; n < 400; n++) {
      try {
        cache.put(keyOf(n), entryOf(n));
        stored.push(n);
      } catch (error) {
        expect(error).toEqual(full);
        refused.push(n);
      }
    }
    expect(stored.length).toBeGreaterThan(20);
    expect(refused.length).toBeGreaterThan(20);
    const right = (reader: DiskCache, n: number): boolean =>
      bytesOf(n).equals(reader.get(keyOf(n))?.value ?? Buffer.from('lost'));
    for (const reader of [cache, new DiskCache(path)]) {
      expect(stored.filter((n) => !right(reader, n))).toEqual([]);
      expect(refused.filter((n) => reader.get(keyOf(n)) !== undefined)).toEqual([]);
      expect(reader.damaged).toBe(0);
    }

    expect(cache.evict(1_000_000)).toBeGreaterThan(500_000);
    const kept = [...cache.entries()].length;
    for (const n of refused.slice(0, 8)) cache.put(keyOf(n), entryOf(n));
    for (const reader of [cache, new DiskCache(path)]) {
      expect(refused.slice(0, 8).filter((n) => !right(reader, n))).toEqual([]);
      expect([...reader.entries()].length).toBe(kept + 8);
    }
    cache.close();
  });

  it('makes room by itself on a full disk where it has a limit', () => {
    mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder);
    const cache = new DiskCache({ path: join(folder, 'cache'), maxBytes: 2_000_000 });
    for (let n = 0; n < 400; n++) cache.put(keyOf(n), entryOf(n));
    expect(bytesOf(399).equals(cache.get(keyOf(399))!.value)).toBe(true);
    cache.close();
  });

  it('reads from a read-only disk, refuses to write with what to do, and changes nothing', () => {
    mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder);
    const path = join(folder, 'cache');
    const writer = new DiskCache(path);
    for (let n = 0; n < 14; n++) writer.put(keyOf(n), entryOf(n));
    writer.record('text', 'kept');
    writer.close();
    const before = readdirSync(path, { recursive: true });
    mount('-o', 'remount,ro', folder);
    expect(() => writeFileSync(join(path, 'probe'), '')).toThrow(/EROFS/);

    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const cache = new DiskCache({ path, maxBytes: 100_000_000 });
    for (let n = 0; n < 14; n++) {
      expect(JSON.stringify(cache.head(keyOf(n)))).toBe(JSON.stringify(entryOf(n).header));
      expect(bytesOf(n).equals(cache.get(keyOf(n))!.value)).toBe(true);
    }
    expect(cache.recall('text')).toBe('kept');
    const refused = expect.objectContaining({
      code: 'CACHE_UNWRITABLE',
      message: expect.stringMatching(/cannot be written to \(EROFS.*Make the directory writable/),
    });
    for (const n of [0, 20, 27]) expect(() => cache.put(keyOf(n), entryOf(n))).toThrow(refused);
    expect(() => cache.delete(keyOf(0))).toThrow(refused);
    expect(() => cache.record('text', 'other')).toThrow(refused);
    expect(cache.has(keyOf(0))).toBe(true);
    cache.close();
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
    expect(readdirSync(path, { recursive: true })).toEqual(before);
  });

  it('reads nothing from a disk that was taken away, and writes to what is there then', () => {
    mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder);
    const path = join(folder, 'cache');
    const cache = new DiskCache(path);
    cache.put(keyOf(1), entryOf(1));
    cache.close();
    unmount();
    mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder);
    expect(cache.get(keyOf(1))).toBeUndefined();
    cache.put(keyOf(2), entryOf(2));
    expect(new DiskCache(path).has(keyOf(2))).toBe(true);
    cache.close();
  });
});

describe.skipIf(refusal !== undefined)('FileCache on a disk of its own', () => {
  it('says when the disk is full, keeps what it has, and uses freed space again', () => {
    mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder);
    const cache = new FileCache(join(folder, 'cache'));
    const stored: number[] = [];
    const refused: number[] = [];
    for (let n = 0; n < 300; n++) {
      try {
        cache.put(keyOf(n), entryOf(n));
        stored.push(n);
      } catch (error) {
        expect(error).toMatchObject({
          code: 'CACHE_FULL',
          message: expect.stringContaining('give FileCache a maxBytes'),
        });
        refused.push(n);
      }
    }
    expect(stored.length).toBeGreaterThan(20);
    expect(refused.length).toBeGreaterThan(20);
    for (const n of stored) expect(bytesOf(n).equals(cache.get(keyOf(n))!.value)).toBe(true);
    for (const n of refused) expect(cache.has(keyOf(n))).toBe(false);
    expect(cache.evict(1_000_000)).toBeGreaterThan(500_000);
    const [again] = refused;
    cache.put(keyOf(again!), entryOf(again!));
    expect(bytesOf(again!).equals(cache.get(keyOf(again!))!.value)).toBe(true);
  });

  it('reads from a read-only disk, damage and limit or not, and refuses to write with what to do', () => {
    mount('-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder);
    const path = join(folder, 'cache');
    const writer = new FileCache(path);
    for (const n of [1, 2]) writer.put(keyOf(n), entryOf(n));
    const damaged = join(path, keyOf(2).slice(0, 2), keyOf(2).slice(2));
    writeFileSync(damaged, 'damaged');
    mount('-o', 'remount,ro', folder);
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const cache = new FileCache({ path, maxBytes: 1_000_000 });
    expect(bytesOf(1).equals(cache.get(keyOf(1))!.value)).toBe(true);
    expect(cache.head(keyOf(1))).toEqual(entryOf(1).header);
    expect(cache.get(keyOf(2))).toBeUndefined();
    const refused = expect.objectContaining({
      code: 'CACHE_UNWRITABLE',
      message: expect.stringMatching(/cannot be written to \(EROFS.*Make the directory writable/),
    });
    expect(() => cache.put(keyOf(3), entryOf(3))).toThrow(refused);
    expect(() => cache.delete(keyOf(1))).toThrow(refused);
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
  });
});
