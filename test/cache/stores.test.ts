import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Cache, type CacheEntry, FileCache, MemoryCache, TieredCache } from 'hypernodes/cache';
import { describe, expect, it, vi } from 'vitest';
import { LaterCache } from '../fixtures/later-cache.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'hypernodes-'));
const keyOf = (n: number): string => n.toString(16).padStart(64, '0');
const entryOf = (text: string): CacheEntry => ({
  header: {
    digests: { value: `digest of ${text.slice(0, 10)}` },
    node: 'p > n',
    parts: { inputs: { x: 'd' }, code: { n: 'c' } },
    createdAt: 1,
    durationMs: 2,
  },
  value: Buffer.from(text),
});
const textOf = (entry: CacheEntry | undefined): string | undefined => entry && Buffer.from(entry.value).toString();

const makers: Record<string, () => Cache> = {
  MemoryCache: () => new MemoryCache(),
  FileCache: () => new FileCache(folder()),
  'TieredCache, at once': () => new TieredCache([new MemoryCache(), new FileCache(folder())]),
  'TieredCache, later': () => new TieredCache([new MemoryCache(), new LaterCache()]),
};

describe.each(Object.entries(makers))('%s', (_, make) => {
  it('gives back what was put, until it is deleted', async () => {
    const cache = make();
    expect(await cache.get(keyOf(1))).toBeUndefined();
    await cache.put(keyOf(1), entryOf('one'));
    expect(await cache.has(keyOf(1))).toBe(true);
    expect(textOf(await cache.get(keyOf(1)))).toBe('one');
    expect(await cache.head?.(keyOf(1))).toEqual(entryOf('one').header);
    expect(await cache.delete(keyOf(1))).toBe(true);
    expect(await cache.delete(keyOf(1))).toBe(false);
    expect(await cache.has(keyOf(1))).toBe(false);
    expect(await cache.head?.(keyOf(1))).toBeUndefined();
    await cache.close();
  });

  it('lists what it has', async () => {
    const cache = make();
    for (const n of [1, 2, 3]) await cache.put(keyOf(n), entryOf(`value ${n}`));
    const keys: string[] = [];
    for await (const { key, size } of cache.entries()) {
      keys.push(key);
      expect(size).toBeGreaterThan(0);
    }
    expect(keys.sort()).toEqual([keyOf(1), keyOf(2), keyOf(3)]);
  });

  it('gives values that can be changed without changing the cache', async () => {
    const cache = make();
    await cache.put(keyOf(1), entryOf('one'));
    (await cache.get(keyOf(1)))!.value.fill(0);
    expect(textOf(await cache.get(keyOf(1)))).toBe('one');
  });

  it('evicts down to a size, and says how much that freed', async () => {
    const cache = make();
    for (let n = 0; n < 20; n++) await cache.put(keyOf(n), entryOf('x'.repeat(1000)));
    expect(await cache.evict(5000)).toBeGreaterThan(10_000);
    const left: string[] = [];
    for await (const { key } of cache.entries()) left.push(key);
    // Each entry takes more than its 1,000 bytes.
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(5);
  });
});

describe('MemoryCache', () => {
  it('drops the least recently used entries, by number and by bytes', () => {
    const few = new MemoryCache({ maxEntries: 2 });
    few.put(keyOf(1), entryOf('1'));
    few.put(keyOf(2), entryOf('2'));
    few.get(keyOf(1));
    few.put(keyOf(3), entryOf('3'));
    expect([1, 2, 3].map((n) => few.has(keyOf(n)))).toEqual([true, false, true]);
    const small = new MemoryCache({ maxBytes: 10_000 });
    for (let n = 0; n < 100; n++) small.put(keyOf(n), entryOf('x'.repeat(1000)));
    expect([...small.entries()].reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(10_000);
    small.put(keyOf(999), entryOf('x'.repeat(20_000)));
    expect(small.has(keyOf(999))).toBe(false);
  });

  it('law: whatever is done to it, it holds the entries that were used last', () => {
    const action = fc.tuple(fc.constantFrom('put', 'get', 'head', 'delete'), fc.nat(7));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (actions, maxEntries) => {
        const cache = new MemoryCache({ maxEntries });
        let model: number[] = [];
        for (const [act, n] of actions) {
          const known = model.includes(n);
          if (act === 'put') cache.put(keyOf(n), entryOf(String(n)));
          else if (act === 'delete') expect(cache.delete(keyOf(n))).toBe(known);
          else expect(cache[act as 'get' | 'head'](keyOf(n)) !== undefined).toBe(known);
          model = model.filter((other) => other !== n);
          if (act === 'put' || (known && act !== 'delete')) model.push(n);
          model = model.slice(-maxEntries);
          expect([...cache.entries()].map(({ key }) => key).sort()).toEqual(model.map(keyOf).sort());
        }
      }),
    );
  });

  it('refuses limits that make no sense', () => {
    expect(() => new MemoryCache({ maxBytes: 0 })).toThrow(/maxBytes is 0; expected a number above 0/);
    expect(() => new MemoryCache({ maxEntries: Number.NaN })).toThrow(/maxEntries/);
  });
});

describe('FileCache', () => {
  const filesIn = (path: string): string[] =>
    (
      readdirSync(path, { recursive: true, withFileTypes: true }) as {
        isFile(): boolean;
        parentPath: string;
        name: string;
      }[]
    )
      .filter((item) => item.isFile())
      .map((item) => join(item.parentPath, item.name));

  it('treats any damage as absence, tells once, and lets the entry be replaced', async () => {
    const path = folder();
    const cache = new FileCache(path);
    cache.put(keyOf(1), entryOf('a value of some length'));
    const [file] = filesIn(path);
    const good = readFileSync(file!);
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at]! ^= 0x10;
      writeFileSync(file!, bad);
      const found = cache.get(keyOf(1));
      // Padding before the value is covered by the checksum too.
      expect(found).toBeUndefined();
      expect(cache.has(keyOf(1))).toBe(false);
    }
    for (let length = 0; length < good.length; length += 7) {
      writeFileSync(file!, good.subarray(0, length));
      expect(cache.get(keyOf(1))).toBeUndefined();
    }
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
    cache.put(keyOf(1), entryOf('again'));
    expect(textOf(cache.get(keyOf(1)))).toBe('again');
  });

  it('never takes one entry for another', () => {
    const path = folder();
    const cache = new FileCache(path);
    cache.put(keyOf(1), entryOf('one'));
    const [file] = filesIn(path);
    const other = new FileCache(path);
    other.put(keyOf(2), entryOf('two'));
    const second = filesIn(path).find((name) => name !== file)!;
    writeFileSync(second, readFileSync(file!));
    vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(other.get(keyOf(2))).toBeUndefined();
    vi.restoreAllMocks();
  });

  it('ignores foreign files, survives a vanished folder, and is seen by others at once', () => {
    const path = folder();
    writeFileSync(join(path, 'notes.txt'), 'mine');
    const cache = new FileCache(path);
    cache.put(keyOf(1), entryOf('one'));
    expect(textOf(new FileCache(path).get(keyOf(1)))).toBe('one');
    expect([...cache.entries()]).toHaveLength(1);
    rmSync(path, { recursive: true });
    expect(cache.get(keyOf(1))).toBeUndefined();
    cache.put(keyOf(1), entryOf('two'));
    expect(textOf(cache.get(keyOf(1)))).toBe('two');
  });

  it('leaves what a newer version wrote where it is, and tells once', () => {
    const path = folder();
    const cache = new FileCache(path);
    for (const n of [1, 2]) cache.put(keyOf(n), entryOf('one'));
    const newer = filesIn(path).map((file) => [file, Buffer.from(readFileSync(file))] as const);
    for (const [file, bytes] of newer) {
      bytes.write('HNC2');
      writeFileSync(file, bytes);
    }
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    for (const n of [1, 2]) {
      expect(cache.get(keyOf(n))).toBeUndefined();
      expect(cache.head(keyOf(n))).toBeUndefined();
    }
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('a newer version'), { code: 'HYPERNODES_CACHE_FORMAT' }],
    ]);
    warn.mockRestore();
    for (const [file, bytes] of newer) expect(readFileSync(file)).toEqual(bytes);
  });

  it('keeps to its limit in bytes, however large the entries are', () => {
    const cache = new FileCache({ path: folder(), maxBytes: 100_000 });
    for (let n = 0; n < 60; n++) {
      cache.put(keyOf(n), entryOf('x'.repeat(n % 3 === 0 ? 20_000 : 500)));
      expect([...cache.entries()].reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(100_000);
    }
    expect(cache.has(keyOf(59))).toBe(true);
  });

  it('says clearly that its path is none, or no directory; reads find nothing', () => {
    expect(() => new FileCache('')).toThrow(/FileCache: path is missing/);
    expect(() => new FileCache(undefined as never)).toThrow(/FileCache: path is missing/);
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    const cache = new FileCache(file);
    expect([cache.get(keyOf(1)), cache.head(keyOf(1)), cache.has(keyOf(1))]).toEqual([undefined, undefined, false]);
    expect([...cache.entries()]).toEqual([]);
    const refused = { code: 'CACHE_UNWRITABLE', message: expect.stringContaining('give FileCache another path') };
    expect(() => cache.put(keyOf(1), entryOf('one'))).toThrow(expect.objectContaining(refused));
  });

  it('calls commit and reload where the volume needs them', async () => {
    const calls: string[] = [];
    const cache = new FileCache({
      path: folder(),
      commit: () => void calls.push('commit'),
      reload: async () => void calls.push('reload'),
    });
    await cache.reload();
    await cache.close();
    expect(calls).toEqual(['reload', 'commit']);
  });
});

describe('TieredCache', () => {
  it('copies what a slower tier had to the faster ones', async () => {
    const fast = new MemoryCache();
    const slow = new LaterCache();
    slow.inner.put(keyOf(1), entryOf('one'));
    const cache = new TieredCache([fast, slow]);
    expect(textOf(await cache.get(keyOf(1)))).toBe('one');
    expect(textOf(fast.get(keyOf(1)))).toBe('one');
  });

  it('lets nobody who changes a value change a faster tier', async () => {
    for (const slow of [new FileCache(folder()), new LaterCache()]) {
      await slow.put(keyOf(1), entryOf('one'));
      const cache = new TieredCache([new MemoryCache(), slow]);
      for (let round = 0; round < 3; round++) {
        const entry = await cache.get(keyOf(1));
        expect(textOf(entry)).toBe('one');
        entry!.value.fill(0);
      }
    }
  });

  it('goes on without a tier that fails, at once or later, and tells once', async () => {
    const fail = (): never => {
      throw new Error('no network');
    };
    const broken = Object.assign(new MemoryCache(), { get: fail, head: fail, has: fail, put: fail });
    const later = async (): Promise<never> => fail();
    const brokenLater = Object.assign(new LaterCache(), { get: later, head: later, has: later, put: later });
    for (const tier of [broken, brokenLater]) {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const sound = new MemoryCache();
      const cache = new TieredCache([tier, sound]);
      await cache.put(keyOf(1), entryOf('one'));
      expect(sound.has(keyOf(1))).toBe(true);
      expect(await cache.head?.(keyOf(1))).toEqual(entryOf('one').header);
      expect(await cache.has(keyOf(1))).toBe(true);
      expect(textOf(await cache.get(keyOf(1)))).toBe('one');
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(/tier 0 .*no network/), {
        code: 'HYPERNODES_CACHE_TIER_FAILED',
      });
      // Nobody kept it, so it is not acknowledged.
      await expect((async () => new TieredCache([tier]).put(keyOf(2), entryOf('two')))()).rejects.toThrow('no network');
      warn.mockRestore();
    }
  });

  it('answers at once when all tiers do', () => {
    const cache = new TieredCache([new MemoryCache(), new MemoryCache()]);
    expect(cache.put(keyOf(1), entryOf('one'))).toBeUndefined();
    expect(textOf(cache.get(keyOf(1)) as CacheEntry)).toBe('one');
  });

  it('needs a tier', () => {
    expect(() => new TieredCache([])).toThrow(/expected a list of caches/);
  });
});

it.each(['DiskCache', 'FileCache'])('%s stays where it was made, wherever the program goes', (store) => {
  const folder = mkdtempSync(join(tmpdir(), 'hypernodes-stays-'));
  const program = `
    import { ${store} } from 'hypernodes/cache';
    process.chdir(process.argv[1]);
    const cache = new ${store}('kept');
    process.chdir('/');
    cache.put('a', { header: { digests: {} }, value: new Uint8Array([1]) });
    process.stdout.write(String(cache.has('a')));
    cache.close();`;
  const cwd = join(import.meta.dirname, '..', '..');
  const found = execFileSync(process.execPath, ['--input-type=module', '-e', program, folder], {
    cwd,
    encoding: 'utf8',
  });
  expect([found, existsSync(join(folder, 'kept'))]).toEqual(['true', true]);
  rmSync(folder, { recursive: true });
});
