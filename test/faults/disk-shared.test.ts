import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DiskCache } from 'hypernodes/cache';
import { expect, it } from 'vitest';
import { bytesOf, keyOf } from '../fixtures/cache/entries.mjs';

const neighbour = fileURLToPath(new URL('../fixtures/cache/disk-neighbour.mjs', import.meta.url));
const PROCESSES = 8;
const EACH = 150;

function run(path: string, self: number, maxBytes: number): Promise<{ wrong: string[]; damaged: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [neighbour, path, String(self), String(EACH), String(maxBytes)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += String(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`exit code ${code}`))));
  });
}

const all = (path: string, maxBytes: number) =>
  Promise.all(Array.from({ length: PROCESSES }, (_, self) => run(path, self, maxBytes)));

it('serves eight processes at once: nothing lost, nothing wrong', async () => {
  const path = mkdtempSync(join(tmpdir(), 'hypernodes-shared-'));
  try {
    for (const result of await all(path, 0)) expect(result).toEqual({ wrong: [], damaged: 0 });
    const cache = new DiskCache(path);
    for (let self = 0; self < PROCESSES; self++) {
      for (let i = 0; i < EACH; i++) {
        const n = self * 10_000 + i;
        expect(bytesOf(n).equals(cache.get(keyOf(n))?.value ?? Buffer.from('lost'))).toBe(true);
      }
    }
    expect([...cache.entries()]).toHaveLength((PROCESSES + 1) * EACH);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}, 120_000);

it('gives no wrong value while eight processes evict from one directory', async () => {
  const path = mkdtempSync(join(tmpdir(), 'hypernodes-shared-'));
  try {
    for (const result of await all(path, 2_000_000)) expect(result).toEqual({ wrong: [], damaged: 0 });
    const cache = new DiskCache(path);
    cache.evict(2_000_000);
    expect([...cache.entries()].reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(2_000_000);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}, 120_000);
