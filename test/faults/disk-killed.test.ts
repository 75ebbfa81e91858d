import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DiskCache } from 'hypernodes/cache';
import { expect, it } from 'vitest';
import { bytesOf, keyOf } from '../fixtures/cache/entries.mjs';

const writer = fileURLToPath(new URL('../fixtures/cache/disk-writer.mjs', import.meta.url));
const KILLS = 200;

/** Runs a writer until it has acknowledged an entry and a little longer, kills it, and returns what it acknowledged. */
function writeAndKill(path: string, first: number, afterMs: number): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, path, String(first), '100000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8');
    child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs));
    child.stdout.on('data', (chunk: string) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`The writer ended by itself: ${signal}`));
      // A line counts when it is whole.
      else resolve(text.split('\n').slice(0, -1).map(Number));
    });
  });
}

it('loses no acknowledged entry and gives none wrong after 200 × kill -9 while writing', async () => {
  const path = mkdtempSync(join(tmpdir(), 'hypernodes-killed-'));
  try {
    const acknowledged: number[] = [];
    let next = 0;
    const one = async (lane: number): Promise<void> => {
      for (let kill = lane; kill < KILLS; kill += 2) {
        const first = next;
        next += 100_000;
        acknowledged.push(...(await writeAndKill(path, first, Math.random() * 12)));
      }
    };
    await Promise.all([one(0), one(1)]);
    expect(acknowledged.length).toBeGreaterThan(KILLS);

    const cache = new DiskCache(path);
    const lost = acknowledged.filter((n) => cache.get(keyOf(n)) === undefined);
    expect(lost).toEqual([]);
    const values = new Map<string, number>();
    for (let kill = 0; kill < KILLS; kill++)
      for (let i = 0; i < 2000; i++) values.set(keyOf(kill * 100_000 + i), kill * 100_000 + i);
    let wrong = 0;
    let seen = 0;
    for (const { key } of cache.entries()) {
      const n = values.get(key);
      const entry = cache.get(key);
      if (n === undefined || entry === undefined) continue;
      seen++;
      if (!bytesOf(n).equals(entry.value)) wrong++;
    }
    expect(wrong).toBe(0);
    expect(seen).toBeGreaterThanOrEqual(acknowledged.length);
    expect(cache.damaged).toBe(0);
    cache.close();
    console.log(`${KILLS} kills, ${acknowledged.length} entries acknowledged, ${seen} found`);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}, 120_000);
