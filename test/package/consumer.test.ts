import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hypernodes-consumer-'));
const execute = promisify(execFile);

const program = `import { node, pipeline } from 'hypernodes';

const clean = node('cleaned', ({ text }: { text: string }) => text.trim().toLowerCase());
const count = node('wordCount', ({ cleaned }: { cleaned: string }) => cleaned.split(/\\s+/).length);
export const words = pipeline(clean, count);

const { wordCount } = await words.run({ text: ' Hello World ' });
const all = await words.map({ text: ['a', 'b c'] }, { over: 'text' });
const counts: number[] = all.column('wordCount');
console.log(wordCount satisfies number, counts);
`;
const wrong = `import { node, pipeline } from 'hypernodes';
const clean = node('cleaned', ({ text }: { text: string }) => text.trim());
await pipeline(clean).run({ txet: 'a' });
`;

/** No Node types and nothing skipped: the package's own declarations must hold by themselves. */
const compilerOptions = {
  strict: true,
  module: 'nodenext',
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable', 'dom'],
  types: [],
  skipLibCheck: false,
  // What a library exports must have types that its own declarations can name.
  declaration: true,
};

let packed: { filename: string; files: { path: string }[] };

beforeAll(async () => {
  // The package was built before the tests; its own scripts would build it again under the feet of the others.
  const { stdout } = await execute('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
  });
  [packed] = JSON.parse(stdout) as [typeof packed];
  write('package.json', JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  await execute('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, packed.filename)], {
    cwd: folder,
  });
  write('program.ts', program);
  write('wrong.ts', wrong);
  for (const file of ['program.ts', 'wrong.ts'])
    write(`tsconfig.${file}.json`, JSON.stringify({ compilerOptions, files: [file] }));
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the tarball holds the built package and its papers, no sources, no tests', () => {
  const paths = packed.files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'package.json',
      'dist/index.js',
      'dist/index.d.ts',
    ]),
  );
  const elsewhere = paths.filter(
    (path) => !path.startsWith('dist/') && !/^[A-Z]+(\.md)?$/.test(path) && path !== 'package.json',
  );
  expect(elsewhere).toEqual([]);
});

test('a user who installs the core gets only its light dependencies', () => {
  const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
  const forTerminals = [
    'ansi-regex',
    'get-east-asian-width',
    'picocolors',
    'signal-exit',
    'string-width',
    'strip-ansi',
  ];
  expect(installed.sort()).toEqual(['@standard-schema', 'acorn', 'hypernodes', ...forTerminals].sort());
});

describe.each(['typescript-5.9', 'typescript', 'typescript-7'])('with %s', (compiler) => {
  test('a ten-line program compiles against the package, its types checked too', async () => {
    expect(await compile(compiler, 'program.ts')).toBe('');
  });

  test('a wrong one does not', async () => {
    expect(await compile(compiler, 'wrong.ts')).toContain('txet');
  });
});

test('the program runs', async () => {
  await compile('typescript', 'program.ts');
  const { stdout } = await execute(process.execPath, ['program.js'], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(stdout).toBe('2 [ 1, 2 ]\n');
});

function write(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

/** What the compiler says; nothing when it is content. */
async function compile(compiler: string, file: string): Promise<string> {
  const binary = join(root, 'node_modules', compiler, 'bin', 'tsc');
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run npm ci`);
  try {
    const { stdout } = await execute(process.execPath, [binary, '--project', `tsconfig.${file}.json`], { cwd: folder });
    return stdout;
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
