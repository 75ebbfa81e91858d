import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'hypernodes-seed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program of the seed prints, run as its readers would: `hypernodes run`, in an empty folder. */
async function printed(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, 'dist/cli.js'), 'run', join(root, 'examples/seed', program)],
    {
      cwd: folder,
      // The examples' own settings: `hypernodes` is the built package, as for a user.
      env: {
        ...process.env,
        NO_COLOR: '1',
        TSX_TSCONFIG_PATH: join(root, 'examples/tsconfig.json'),
        XDG_CACHE_HOME: join(folder, '.cache'),
        XDG_DATA_HOME: join(folder, '.data'),
      },
    },
  );
  return stdout;
}
/** What a program prints that runs by itself. */
async function printedAlone(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', `examples/seed/${program}`], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', TSX_TSCONFIG_PATH: 'examples/tsconfig.json' },
  });
  return stdout;
}

describe('pipelines of the seed', () => {
  it.each([
    ['simple.ts', '{ processed: 10, result: 20 }\n'],
    ['nested.ts', '{ final: 2 }\n'],
    ['map.ts', 'Computed 100 results\nSum: 328350\n'],
  ])('%s', async (program, expected) => {
    expect(await printedAlone(program)).toBe(expected);
  });
});

describe('programs of the seed, in containers', () => {
  it.each([
    ['option-1-simple.ts', 'Local: { processed: 10, result: 20 }\nRemote: { processed: 10, result: 20 }\n'],
    ['option-2-configuration.ts', '{ result: { value: 20 } }\n'],
    ['option-3-instances.ts', '{ result: 10 }\n'],
    ['option-4-nested.ts', '{ final: 2 }\n'],
    ['option-5-map.ts', 'Computed 100 results\nSum: 328350\n'],
    ['option-6-wrapper.ts', 'Here: { result: 10 }\nThere: { result: 10 }\n'],
    ['scenario-a-library.ts', '{ milliseconds: 172800000 }\n'],
    ['scenario-b-local-package.ts', "{ short: 'HN' }\n"],
    ['scenario-c-closure.ts', '{ processed: 10, result: 20 }\n'],
  ])('%s', async (program, expected) => {
    expect(await printed(program)).toBe(expected);
  });
});
