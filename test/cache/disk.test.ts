import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { type CacheEntry, DiskCache, encodeValue, MemoryCache } from 'hypernodes/cache';
import { afterEach, describe, expect, it, vi } from 'vitest';

const folders: string[] = [];
const folder = (): string => {
  folders.push(mkdtempSync(join(tmpdir(), 'hypernodes-disk-')));
  return folders.at(-1)!;
};
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

const keyOf = (n: number): string => n.toString(16).padStart(64, '0');
const entryOf = (value: string | Uint8Array, node = 'p > n'): CacheEntry => ({
  header: {
    digests: { value: 'd'.repeat(64) },
    node,
    parts: { inputs: { x: 'd' }, code: { n: 'c' }, version: '2' },
    createdAt: 1,
    durationMs: 2.5,
  },
  value: Buffer.from(value),
});
const textOf = (entry: CacheEntry | undefined): string | undefined => entry && Buffer.from(entry.value).toString();
const sizeOf = (path: string): number =>
  (readdirSync(path, { recursive: true }) as string[])
    .map((name) => statSync(join(path, name)))
    .reduce((sum, info) => sum + (info.isFile() ? info.size : 0), 0);
const filesIn = (path: string): string[] =>
  (readdirSync(path, { recursive: true }) as string[])
    .map((name) => join(path, name))
    .filter((f) => statSync(f).isFile());

describe('DiskCache', () => {
  it('gives back what was put, small and large, here and to the next who opens it', () => {
    const path = folder();
    const cache = new DiskCache(path);
    const sizes = [0, 1, 7, 8, 100, 5000, 65_535, 65_536, 300_000];
    for (const size of sizes) cache.put(keyOf(size), entryOf(Buffer.alloc(size, size % 251), `node ${size}`));
    const check = (reader: DiskCache): void => {
      for (const size of sizes) {
        const entry = reader.get(keyOf(size))!;
        expect(entry.header).toEqual(entryOf('', `node ${size}`).header);
        expect(Buffer.from(entry.value).equals(Buffer.alloc(size, size % 251))).toBe(true);
        expect(entry.value.byteOffset % 8).toBe(0);
        expect(JSON.stringify(reader.head(keyOf(size)))).toBe(JSON.stringify(entry.header));
        expect(reader.has(keyOf(size))).toBe(true);
      }
      expect(reader.get(keyOf(9))).toBeUndefined();
      expect(reader.head(keyOf(9))).toBeUndefined();
      expect(reader.has(keyOf(9))).toBe(false);
    };
    check(cache);
    check(new DiskCache(path));
    cache.close();
    check(new DiskCache(path));
    check(cache);
  });

  it('behaves as the cache in memory does, whatever is asked of it', () => {
    const key = fc.integer({ min: 0, max: 5 }).map(keyOf);
    const step = fc.oneof(
      fc.record({ put: key, value: fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.constant(new Uint8Array(70_000))) }),
      fc.record({ delete: key }),
      fc.record({ get: key }),
      fc.record({ reopen: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const path = folder();
        const model = new MemoryCache();
        const caches = [new DiskCache(path), new DiskCache(path)];
        for (const [i, what] of steps.entries()) {
          const cache = caches[i % 2]!;
          if ('put' in what) {
            cache.put(what.put, entryOf(what.value));
            model.put(what.put, entryOf(what.value));
          } else if ('delete' in what) {
            caches[0]!.refresh();
            caches[1]!.refresh();
            expect(cache.delete(what.delete)).toBe(model.delete(what.delete));
          } else if ('get' in what) {
            cache.refresh();
            expect(cache.get(what.get)?.value).toEqual(model.get(what.get)?.value);
          } else if (what.reopen) cache.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('takes any string for a key, and never mixes two up', () => {
    const path = folder();
    const keys = ['', 'a', 'A', '__proto__', 'x'.repeat(64), 'AB'.repeat(32), 'ab'.repeat(32), '🙂', keyOf(1)];
    const cache = new DiskCache(path);
    for (const [i, key] of keys.entries()) cache.put(key, entryOf(`value ${i}`));
    const reader = new DiskCache(path);
    for (const [i, key] of keys.entries()) expect(textOf(reader.get(key))).toBe(`value ${i}`);
    expect([...reader.entries()]).toHaveLength(keys.length);
    expect([...reader.entries()].map(({ key }) => key)).toContain(keyOf(1));
  });

  it('keeps keys named __proto__ in a header as plain data', () => {
    const cache = new DiskCache(folder());
    const digests = JSON.parse('{"__proto__":"polluted","ok":"1"}') as Record<string, string>;
    cache.put(keyOf(1), { ...entryOf('v'), header: { ...entryOf('v').header, digests } });
    expect(Object.keys(cache.head(keyOf(1))!.digests)).toEqual(['__proto__', 'ok']);
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  it('shares what one cache object wrote with others at once, deletions too', () => {
    const path = folder();
    const [a, b] = [new DiskCache(path), new DiskCache(path)];
    expect(b.get(keyOf(1))).toBeUndefined();
    a.put(keyOf(1), entryOf('one'));
    expect(textOf(b.get(keyOf(1)))).toBe('one');
    expect(b.has(keyOf(2))).toBe(false);
    a.put(keyOf(2), entryOf('two'));
    expect(b.has(keyOf(2))).toBe(true);
    expect(b.delete(keyOf(1))).toBe(true);
    expect(b.delete(keyOf(1))).toBe(false);
    expect(new DiskCache(path).has(keyOf(1))).toBe(false);
    a.refresh();
    expect(a.has(keyOf(1))).toBe(false);
    a.put(keyOf(1), entryOf('again'));
    expect(textOf(new DiskCache(path).get(keyOf(1)))).toBe('again');
  });

  it('stores equal large values once, and removes them with their last entry', () => {
    const path = folder();
    const cache = new DiskCache(path);
    const blobs = (): number => filesIn(join(path, 'blobs')).length;
    for (const n of [1, 2]) cache.put(keyOf(n), entryOf(Buffer.alloc(100_000, 1)));
    cache.put(keyOf(3), entryOf(Buffer.alloc(100_000, 2)));
    expect(blobs()).toBe(2);
    cache.delete(keyOf(1));
    expect(blobs()).toBe(2);
    expect(cache.get(keyOf(2))!.value[0]).toBe(1);
    cache.delete(keyOf(2));
    expect(blobs()).toBe(1);
  });

  it('keeps texts, the last writer winning, and no entry among them', () => {
    const path = folder();
    const [a, b] = [new DiskCache(path), new DiskCache(path)];
    expect(a.recall('history')).toBeUndefined();
    a.record('history', 'first');
    expect(b.recall('history')).toBe('first');
    b.record('history', 'second ü');
    expect(a.recall('history')).toBe('second ü');
    expect(new DiskCache(path).recall('history')).toBe('second ü');
    expect([...a.entries()]).toEqual([]);
    expect(a.evict(0)).toBeGreaterThanOrEqual(0);
    expect(new DiskCache(path).recall('history')).toBe('second ü');
  });

  it('evicts the least recently used, and says how much that freed', () => {
    const path = folder();
    const cache = new DiskCache(path);
    for (let n = 0; n < 20; n++) cache.put(keyOf(n), entryOf('x'.repeat(1000)));
    cache.put(keyOf(100), entryOf(Buffer.alloc(80_000)));
    cache.get(keyOf(0));
    cache.head(keyOf(1));
    const before = sizeOf(join(path, 'segments')) + sizeOf(join(path, 'blobs'));
    const freed = cache.evict(5000);
    expect(freed).toBeGreaterThan(90_000);
    expect(freed).toBeLessThanOrEqual(before);
    const left = [...new DiskCache(path).entries()].map(({ key }) => key);
    expect(left).toContain(keyOf(0));
    expect(left).toContain(keyOf(1));
    expect(left.length).toBeLessThan(5);
    expect(textOf(cache.get(keyOf(0)))).toBe('x'.repeat(1000));
    expect(cache.has(keyOf(100))).toBe(false);
    cache.evict(0);
    expect([...cache.entries()]).toEqual([]);
    expect([...new DiskCache(path).entries()]).toEqual([]);
  });

  it('never takes more than maxBytes', () => {
    const path = folder();
    const maxBytes = 200_000;
    const cache = new DiskCache({ path, maxBytes });
    for (let n = 0; n < 1500; n++) {
      cache.put(keyOf(n), entryOf('x'.repeat(1000)));
      if (n % 100 === 99) {
        const taken = [...cache.entries()].reduce((sum, { size }) => sum + size, 0);
        expect(taken).toBeLessThanOrEqual(maxBytes);
        expect(taken).toBeGreaterThan(maxBytes / 3);
      }
      if (n > 0) expect(cache.has(keyOf(n - 1))).toBe(true);
    }
    cache.put(keyOf(5000), entryOf(Buffer.alloc(100_000)));
    cache.close();
    const segments = filesIn(join(path, 'segments')).filter((file) => file.endsWith('.segment'));
    const bytes = segments.reduce((sum, file) => sum + statSync(file).size, 0) + sizeOf(join(path, 'blobs'));
    expect(bytes).toBeLessThanOrEqual(maxBytes);
  });

  it('remembers over processes what was used', () => {
    const path = folder();
    const first = new DiskCache({ path, maxBytes: 1e6 });
    for (let n = 0; n < 10; n++) first.put(keyOf(n), entryOf('x'.repeat(1000)));
    first.close();
    const second = new DiskCache({ path, maxBytes: 1e6 });
    second.get(keyOf(0));
    second.close();
    const third = new DiskCache(path);
    third.evict(2000);
    expect([...third.entries()].map(({ key }) => key)).toEqual([keyOf(0)]);
  });

  it('remembers it without a limit too, to the hour, whoever else used what', () => {
    const path = folder();
    const began = performance.now.bind(performance);
    const atHour = (hour: number): DiskCache => {
      vi.spyOn(performance, 'now').mockImplementation(() => began() + hour * 3_600_000);
      return new DiskCache(path);
    };
    try {
      const first = atHour(0);
      for (let n = 0; n < 3; n++) first.put(keyOf(n), entryOf('x'));
      first.close();
      const second = atHour(48);
      const meanwhile = atHour(50);
      meanwhile.get(keyOf(1));
      meanwhile.close();
      second.get(keyOf(0));
      second.close();
      const used = [...atHour(72).entries()].map(({ key, usedAt }) => [
        key,
        (usedAt - performance.timeOrigin) / 3_600_000,
      ]);
      expect(used.map(([key, hour]) => [key, Math.round(hour as number)])).toEqual([
        [keyOf(0), 50],
        [keyOf(1), 50],
        [keyOf(2), 0],
      ]);
    } finally {
      vi.restoreAllMocks();
    }
  });

  it('merges the many small files of many short processes, and others still find everything', () => {
    const path = folder();
    const reader = new DiskCache(path);
    for (let n = 0; n < 60; n++) {
      const cache = new DiskCache(path);
      cache.put(keyOf(n), entryOf(`value ${n}`));
      if (n === 3) cache.delete(keyOf(2));
      cache.close();
      expect(textOf(reader.get(keyOf(n)))).toBe(`value ${n}`);
    }
    expect(filesIn(join(path, 'segments')).filter((file) => file.endsWith('.segment')).length).toBeLessThan(25);
    for (const cache of [reader, new DiskCache(path)]) {
      cache.refresh();
      for (let n = 0; n < 60; n++) expect(textOf(cache.get(keyOf(n)))).toBe(n === 2 ? undefined : `value ${n}`);
    }
  });

  it('compresses where asked to and where it pays; whoever reads need not know', () => {
    const path = folder();
    const cache = new DiskCache({ path, compression: true });
    cache.put(keyOf(1), entryOf(Buffer.alloc(1_000_000, 'abc')));
    cache.put(keyOf(2), entryOf(Buffer.alloc(10_000, 'abc')));
    expect(sizeOf(path)).toBeLessThan(50_000);
    const reader = new DiskCache(path);
    expect(Buffer.alloc(1_000_000, 'abc').equals(reader.get(keyOf(1))!.value)).toBe(true);
    expect(Buffer.alloc(10_000, 'abc').equals(reader.get(keyOf(2))!.value)).toBe(true);
    // Loaded without a copy, typed arrays are worth more than the space.
    const floats = encodeValue({ result: new Float32Array(100_000) }) as Uint8Array;
    cache.put(keyOf(3), entryOf(floats));
    expect(sizeOf(path)).toBeGreaterThan(400_000);
    expect(Buffer.compare(floats, reader.get(keyOf(3))!.value)).toBe(0);
    // What only begins like a result of ours is bytes like others.
    const lookalike = Buffer.alloc(10_000, 1);
    cache.put(keyOf(4), entryOf(lookalike));
    expect(lookalike.equals(reader.get(keyOf(4))!.value)).toBe(true);
  });

  it('sweeps away what killed processes left, and nothing younger or foreign', () => {
    const path = folder();
    const first = new DiskCache(path);
    first.put(keyOf(1), entryOf(Buffer.alloc(100_000, 1)));
    first.close();
    rmSync(join(path, 'swept'), { force: true });
    mkdirSync(join(path, 'blobs/ab'), { recursive: true });
    const old = [`blobs/ab/${'1'.repeat(62)}`, `blobs/ab/${'2'.repeat(62)}.77-x-0.tmp`, 'segments/a-1-b.hint.7-x.tmp'];
    const kept = [`blobs/ab/${'3'.repeat(62)}`, 'blobs/ab/notes.txt', 'blobs/notes.txt', 'segments/notes.txt'];
    for (const name of [...old, ...kept]) writeFileSync(join(path, name), 'x');
    const before = Date.now() / 1000 - 7200;
    for (const name of [...old, ...kept.slice(1)]) utimesSync(join(path, name), before, before);
    for (const file of filesIn(join(path, 'blobs'))) if (statSync(file).size > 1000) utimesSync(file, before, before);
    new DiskCache(path).put(keyOf(2), entryOf('2'));
    const left = filesIn(path).map((file) => file.slice(path.length + 1));
    for (const name of old) expect(left).not.toContain(name);
    for (const name of kept) expect(left).toContain(name);
    expect(new DiskCache(path).has(keyOf(1))).toBe(true);
    expect(new DiskCache(path).get(keyOf(1))).toBeDefined();
  });

  it('refuses a cache of a newer format with what to do, and leaves it as it is', () => {
    const path = folder();
    const text = 'hypernodes disk cache, format 2';
    writeFileSync(join(path, 'format'), `${text} (${crc32(text).toString(16)})\n`);
    const cache = new DiskCache(path);
    const refused = expect.objectContaining({
      name: 'CacheError',
      code: 'CACHE_FORMAT',
      message: expect.stringMatching(/format 2, written by a newer version.*reads format 1\. Update hypernodes/),
    });
    expect(() => cache.get(keyOf(1))).toThrow(refused);
    expect(() => cache.put(keyOf(1), entryOf('1'))).toThrow(refused);
    expect(readdirSync(path)).toEqual(['format']);
  });

  it('takes a damaged format mark for none', () => {
    const path = folder();
    new DiskCache(path).put(keyOf(1), entryOf('1'));
    const line = readFileSync(join(path, 'format'), 'utf8');
    writeFileSync(join(path, 'format'), line.replace('format 1', 'format 9'));
    expect(textOf(new DiskCache(path).get(keyOf(1)))).toBe('1');
  });

  it('travels as its options, and opens its files on first use', () => {
    const path = join(folder(), 'not', 'there', 'yet');
    const cache = new DiskCache({ path, maxBytes: 1000 }) as unknown as Record<symbol, () => unknown>;
    const state = cache[Symbol.for('hypernodes.getState')]!();
    expect(state).toEqual({ path, maxBytes: 1000 });
    const there = (DiskCache as unknown as Record<symbol, (state: unknown) => DiskCache>)[
      Symbol.for('hypernodes.fromState')
    ]!(structuredClone(state));
    expect(there.path).toBe(path);
    expect(there.get(keyOf(1))).toBeUndefined();
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('refuses options that make no sense', () => {
    expect(() => new DiskCache({ path: 'x', maxBytes: -1 })).toThrow(/maxBytes is -1; expected a number above 0/);
    expect(() => new DiskCache('')).toThrow(/path is missing/);
  });

  it('says clearly that its path is no directory; reads find nothing', () => {
    const path = join(folder(), 'file');
    writeFileSync(path, 'mine');
    const cache = new DiskCache(path);
    expect(cache.get(keyOf(1))).toBeUndefined();
    expect(() => cache.put(keyOf(1), entryOf('1'))).toThrow(
      expect.objectContaining({ code: 'CACHE_UNWRITABLE', message: expect.stringContaining(path) }),
    );
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('starts over when its directory vanishes', async () => {
    const path = join(folder(), 'cache');
    const cache = new DiskCache(path);
    cache.put(keyOf(1), entryOf('1'));
    cache.put(keyOf(2), entryOf(Buffer.alloc(100_000, 2)));
    rmSync(path, { recursive: true });
    await new Promise((resolve) => setTimeout(resolve, 100));
    cache.put(keyOf(3), entryOf('3'));
    cache.put(keyOf(4), entryOf(Buffer.alloc(100_000, 4)));
    for (const reader of [cache, new DiskCache(path)]) {
      expect([1, 2, 3, 4].map((n) => reader.get(keyOf(n)) !== undefined)).toEqual([false, false, true, true]);
    }
  });

  it('works in several threads at once', async () => {
    const path = folder();
    const source = `
      const { workerData } = require('node:worker_threads');
      import(workerData.module).then(({ DiskCache }) => {
        const cache = new DiskCache(workerData.path);
        for (let i = 0; i < 200; i++) {
          const key = (workerData.n * 1000 + i).toString(16).padStart(64, '0');
          cache.put(key, { header: { digests: {}, node: 'n', parts: { inputs: {}, code: {} }, createdAt: 0, durationMs: 0 }, value: Buffer.from(key) });
        }
      });`;
    const module = import.meta.resolve('hypernodes/cache');
    const done = [1, 2, 3].map(
      (n) =>
        new Promise((resolve, reject) => {
          const worker = new Worker(source, { eval: true, workerData: { path, n, module } });
          worker.on('exit', resolve).on('error', reject);
        }),
    );
    expect(await Promise.all(done)).toEqual([0, 0, 0]);
    const cache = new DiskCache(path);
    for (const n of [1, 2, 3]) {
      for (let i = 0; i < 200; i++) expect(textOf(cache.get(keyOf(n * 1000 + i)))).toBe(keyOf(n * 1000 + i));
    }
    expect(readdirSync(join(path, 'segments')).filter((name) => name.endsWith('.hint'))).toHaveLength(3);
  });

  it('counts damage and tells of it once', () => {
    const path = folder();
    const writer = new DiskCache(path);
    for (const n of [1, 2]) writer.put(keyOf(n), entryOf(`value ${n}`));
    writer.close();
    const file = filesIn(path).find((name) => name.endsWith('.segment'))!;
    const bytes = readFileSync(file);
    for (const n of [1, 2]) bytes[bytes.indexOf(`value ${n}`)]! ^= 1;
    writeFileSync(file, bytes);
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const cache = new DiskCache(path);
    for (const n of [1, 2, 1]) expect(cache.get(keyOf(n))).toBeUndefined();
    expect(cache.damaged).toBe(2);
    expect(warned.mock.calls).toEqual([[expect.stringContaining(path), { code: 'HYPERNODES_CACHE_DAMAGED' }]]);
    warned.mockRestore();
    cache.put(keyOf(1), entryOf('value 1'));
    expect(textOf(new DiskCache(path).get(keyOf(1)))).toBe('value 1');
  });
});
