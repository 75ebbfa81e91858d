import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

async function printed(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', `examples/seed/${program}`], {
    cwd: root,
    // The examples' own settings: `hypernodes` is the built package, as for a user.
    env: { ...process.env, NO_COLOR: '1', TSX_TSCONFIG_PATH: 'examples/tsconfig.json' },
  });
  return stdout;
}

test('simple: two nodes', async () => {
  expect(await printed('simple.ts')).toBe('{ processed: 10, result: 20 }\n');
});

test('nested: a pipeline in a pipeline', async () => {
  expect(await printed('nested.ts')).toBe('{ final: 2 }\n');
});

test('map: one pipeline over 100 inputs', async () => {
  expect(await printed('map.ts')).toBe('Computed 100 results\nSum: 328350\n');
});
