import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject } from './project.ts';

const near = `import { pack } from 'hypernodes/pack';
import { writeFileSync } from 'node:fs';
import { Box, triple } from 'commonjs-tools';
import { Gauge, unit } from 'import-only-tools';
const box = new Box('b');
const gauge = new Gauge(4);
writeFileSync(process.argv[2], pack(() => [triple(2), unit(3), box.open(), gauge.read()]));
`;

const far = `import { readFileSync } from 'node:fs';
import { unpack, unpackAsync } from 'hypernodes/pack';
process.on('warning', (warning) => console.log(warning.code + ': ' + warning.message));
const bytes = readFileSync(process.argv[2]);
for (const open of [unpack, unpack, unpackAsync]) {
  try {
    console.log(JSON.stringify((await open(bytes))()));
  } catch (error) {
    console.log(error.code + ': ' + error.message);
  }
}
`;

describe('packages go by name', () => {
  const home = makeProject();
  const payload = join(home, 'payload');
  const folders = [home];
  beforeAll(() => {
    writeFileSync(join(home, 'near.mjs'), near);
    execFileSync(process.execPath, [join(home, 'near.mjs'), payload], { cwd: home });
  });
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  function farSide(change: (folder: string) => void): string[] {
    const folder = makeProject();
    folders.push(folder);
    writeFileSync(join(folder, 'far.mjs'), far);
    change(folder);
    const output = execFileSync(process.execPath, [join(folder, 'far.mjs'), payload], {
      cwd: folder,
      encoding: 'utf8',
    });
    return output.trim().split('\n');
  }

  it('and none of their code is in the payload', () => {
    expect(readFileSync(payload, 'latin1')).not.toMatch(/box of|class Gauge/);
    expect(farSide(() => {})).toEqual(Array(3).fill('[6,"3 u","box of b","at 4"]'));
  });

  it('another version is worth one warning', () => {
    const lines = farSide((folder) => {
      const file = join(folder, 'node_modules/commonjs-tools/package.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('1.2.3', '9.0.0'));
    });
    expect(lines.filter((line) => line.startsWith('['))).toHaveLength(3);
    expect(lines.filter((line) => !line.startsWith('['))).toEqual([
      'HYPERNODES_PACK_VERSION: The payload was packed with commonjs-tools@1.2.3, and commonjs-tools@9.0.0 is installed here. Install the same version on both sides.',
    ]);
  });

  it('a package that is not there is named, with what to do', () => {
    const lines = farSide((folder) => {
      rmSync(join(folder, 'node_modules/import-only-tools'), { recursive: true });
    });
    expect(new Set(lines)).toEqual(
      new Set([
        "UNPACK_UNRESOLVED: cannot unpack: the payload needs module 'import-only-tools', which is not here. Install import-only-tools where the payload is unpacked; in a container: image.npmInstall('import-only-tools').",
      ]),
    );
  });

  it('an export that is not there is named too', () => {
    const lines = farSide((folder) => {
      writeFileSync(join(folder, 'node_modules/commonjs-tools/main.js'), 'exports.other = 1;');
    });
    expect(lines[0]).toMatch(/^UNPACK_UNRESOLVED: .*'(Box|triple)' of 'commonjs-tools'/);
  });
});
