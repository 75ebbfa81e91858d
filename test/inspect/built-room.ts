import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/** One room of the library as plain JavaScript in one file, for processes and threads that this test run does not transform. */
export function builtRoom(room: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'hypernodes-')), `${room}.mjs`);
  buildSync({
    entryPoints: [fileURLToPath(new URL(`../../src/${room}/index.ts`, import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outfile: file,
  });
  return file;
}
