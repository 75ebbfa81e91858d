import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskCache } from 'hypernodes/cache';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bytesOf, entryOf, keyOf } from '../fixtures/cache/entries.mjs';

const seed = Number(process.env.HYPERNODES_SEED ?? Date.now() % 1_000_000);
console.log(`Damage with HYPERNODES_SEED=${seed}`);

/** Small deterministic random numbers, so that a failure can be repeated. */
function randomFrom(start: number): (below: number) => number {
  let state = start >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const ENTRIES = 120;
const folder = mkdtempSync(join(tmpdir(), 'hypernodes-damaged-'));
const sound = join(folder, 'sound');
const filesIn = (path: string): string[] =>
  (readdirSync(path, { recursive: true }) as string[])
    .map((name) => join(path, name))
    .filter((f) => statSync(f).isFile());

beforeAll(() => {
  // Three finished segments with hints, and one that its process never finished.
  for (let part = 0; part < 4; part++) {
    const cache = new DiskCache(sound);
    for (let n = part * 30; n < (part + 1) * 30; n++) cache.put(keyOf(n), entryOf(n));
    cache.record(`text ${part}`, `what was ${part}`);
    if (part < 3) cache.close();
  }
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Uses a damaged cache in every way; returns how many entries are left. */
function useAll(path: string): number {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const cache = new DiskCache(path);
  let left = 0;
  for (let n = 0; n < ENTRIES; n++) {
    const header = cache.head(keyOf(n));
    if (header !== undefined) expect(JSON.stringify(header)).toBe(JSON.stringify(entryOf(n).header));
    const entry = cache.get(keyOf(n));
    if (entry === undefined) continue;
    left++;
    expect(entry.header).toEqual(entryOf(n).header);
    expect(bytesOf(n).equals(entry.value)).toBe(true);
  }
  for (let part = 0; part < 4; part++) expect([undefined, `what was ${part}`]).toContain(cache.recall(`text ${part}`));
  expect([...cache.entries()].length).toBeLessThanOrEqual(ENTRIES);
  expect(warned.mock.calls.length).toBe(cache.damaged > 0 ? 1 : 0);
  expect(cache.damaged).toBeLessThanOrEqual(ENTRIES - left + 4);

  // What is missing is put again, and is there for everybody.
  for (let n = 0; n < ENTRIES; n++) if (cache.get(keyOf(n)) === undefined) cache.put(keyOf(n), entryOf(n));
  cache.close();
  const next = new DiskCache(path);
  for (let n = 0; n < ENTRIES; n++)
    expect(bytesOf(n).equals(next.get(keyOf(n))?.value ?? Buffer.from('lost'))).toBe(true);
  next.evict(200_000);
  for (const { key } of next.entries()) expect(next.get(key)).toBeDefined();
  next.close();
  return left;
}

describe(`a damaged disk cache (seed ${seed})`, () => {
  it.each(Array.from({ length: 25 }, (_, i) => i))('gives right values or none after bit flips, round %i', (round) => {
    const random = randomFrom(seed + round);
    const path = join(folder, `flips-${round}`);
    cpSync(sound, path, { recursive: true });
    for (const file of filesIn(path)) {
      const bytes = readFileSync(file);
      if (bytes.length === 0 || random(3) === 0) continue;
      for (let flips = 1 + random(4); flips > 0; flips--) bytes[random(bytes.length)]! ^= 1 << random(8);
      writeFileSync(file, bytes);
    }
    useAll(path);
    rmSync(path, { recursive: true });
  });

  it.each(Array.from({ length: 15 }, (_, i) => i))('gives right values or none after truncation, round %i', (round) => {
    const random = randomFrom(seed + 1000 + round);
    const path = join(folder, `cut-${round}`);
    cpSync(sound, path, { recursive: true });
    for (const file of filesIn(path)) if (random(2) === 0) truncateSync(file, random(statSync(file).size + 1));
    useAll(path);
    rmSync(path, { recursive: true });
  });

  it('finds every entry without its hints, or with those of other segments', () => {
    const path = join(folder, 'hints');
    cpSync(sound, path, { recursive: true });
    const hints = filesIn(path).filter((file) => file.endsWith('.hint'));
    expect(hints).toHaveLength(3);
    rmSync(hints[0]!);
    const [second, third] = [readFileSync(hints[1]!), readFileSync(hints[2]!)];
    writeFileSync(hints[1]!, third);
    writeFileSync(hints[2]!, second.subarray(0, 40));
    expect(useAll(path)).toBeGreaterThan(ENTRIES / 2);
  });

  it('takes files of others for none of its own', () => {
    const path = join(folder, 'foreign');
    cpSync(sound, path, { recursive: true });
    const random = randomFrom(seed);
    const noise = Buffer.from(Array.from({ length: 5000 }, () => random(256)));
    const foreign = [
      'notes.txt',
      'segments/readme',
      'segments/zz-1-ff.segment',
      'segments/zz-2-ff.hint',
      'blobs/x',
      'lock',
    ];
    for (const name of foreign) writeFileSync(join(path, name), noise);
    expect(useAll(path)).toBe(ENTRIES);
    for (const name of ['notes.txt', 'segments/readme', 'blobs/x', 'lock'])
      expect(readFileSync(join(path, name))).toEqual(noise);
  });
});
