import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { archiveOf } from '../../src/modal/image/archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'hypernodes-archive-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('an archive has the files by which an image is known, and no hidden or installed ones', async () => {
  for (const name of ['kept.txt', '.env', 'sub/kept.txt', 'sub/.git/HEAD', 'node_modules/junk/index.js']) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), name);
  }
  const bytes = gunzipSync(
    await archiveOf([
      { source: folder, target: '/root/data', digest: '' },
      { source: join(folder, '.env'), target: '/root/named', digest: '' },
    ]),
  );
  const end = 4 + bytes.readUInt32BE(0);
  const list = JSON.parse(bytes.toString('utf8', 4, end)) as [path: string, mode: number, size: number][];
  expect(list.map(([path]) => path)).toEqual(['/root/data/kept.txt', '/root/data/sub/kept.txt', '/root/named']);
  expect(bytes.toString('utf8', end)).toBe('kept.txtsub/kept.txt.env');
});
