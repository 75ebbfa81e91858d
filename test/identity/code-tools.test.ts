import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeIdentity } from '../../src/identity/index.ts';
import { all as inThisRun } from './fixtures/project/nodes.ts';
import { type Identities, Workshop } from './workshop.ts';

const workshop = new Workshop();
const source = workshop.copy('project', 'source');
const entries = [join(source, 'nodes.ts'), join(source, 'text.ts')];
const ESM = '{ "type": "module" }';

const digests = (identities: Identities) =>
  Object.fromEntries(Object.entries(identities).map(([name, { digest }]) => [name, digest]));

/** Compiles the project with esbuild, file by file. */
function esbuild(name: string, options: object): string {
  const outdir = join(workshop.directory, name);
  buildSync({ entryPoints: entries, outdir, platform: 'node', target: 'node20', format: 'esm', ...options });
  workshop.rewrite(outdir, (text, file) => [text.replaceAll('./text.ts', './text.js'), file]);
  workshop.write({ [`${name}/package.json`]: ESM });
  return join(outdir, 'nodes.js');
}

function bundle(name: string, options: object): string {
  const outdir = join(workshop.directory, name);
  const bundled = { bundle: true, packages: 'external', entryPoints: entries.slice(0, 1) } as const;
  buildSync({ outdir, platform: 'node', target: 'node20', format: 'esm', ...bundled, ...options });
  workshop.write({ [`${name}/package.json`]: ESM });
  return join(outdir, 'nodes.js');
}

/** Compiles the project with the TypeScript compiler of that package. */
function tsc(name: string, version: string, module: 'es2022' | 'commonjs'): string {
  const outDir = join(workshop.directory, name);
  const compiler = join(dirname(createRequire(import.meta.url).resolve(`${version}/package.json`)), 'bin/tsc');
  const resolution = module === 'commonjs' ? 'node10' : 'bundler';
  const options = ['--target', 'es2022', '--module', module, '--moduleResolution', resolution, '--esModuleInterop'];
  const alone = version === 'typescript' ? ['--ignoreConfig'] : [];
  const lenient = [...alone, '--noCheck', '--skipLibCheck', '--rewriteRelativeImportExtensions'];
  execFileSync(process.execPath, [compiler, ...options, ...lenient, '--outDir', outDir, ...entries], { stdio: 'pipe' });
  const extension = module === 'commonjs' ? 'cjs' : 'js';
  workshop.rewrite(outDir, (text, file) => [
    text.replaceAll('./text.js', `./text.${extension}`),
    file.replace('.js', `.${extension}`),
  ]);
  workshop.write({ [`${name}/package.json`]: ESM });
  return join(outDir, `nodes.${extension}`);
}

describe('the identity of code is the same', () => {
  let expected: Record<string, string>;
  beforeAll(() => {
    const [identities] = workshop.identities([esbuild('plain', {})]);
    expected = digests(identities!);
    for (const identity of Object.values(identities!)) expect(identity.unidentified).toEqual([]);
  });
  afterAll(() => workshop.close());

  it.each<[string, () => string]>([
    ['esbuild --minify', () => esbuild('minified', { minify: true })],
    ['esbuild --minify --keep-names', () => esbuild('named', { minify: true, keepNames: true })],
    ['esbuild --minify-whitespace --keep-names', () => esbuild('spaced', { minifyWhitespace: true, keepNames: true })],
    ['esbuild --bundle', () => bundle('bundle', {})],
    ['esbuild --bundle --minify', () => bundle('minified-bundle', { minify: true })],
    ['tsc 6', () => tsc('tsc', 'typescript', 'es2022')],
    ['tsc 5.9', () => tsc('tsc-59', 'typescript-5.9', 'es2022')],
    ['tsc 5.9 to CommonJS', () => tsc('tsc-59-cjs', 'typescript-5.9', 'commonjs')],
  ])('after %s', (_, build) => {
    expect(digests(workshop.identities([build()])[0]!)).toEqual(expected);
  });

  it('under tsx', () => {
    workshop.write({ 'source/package.json': ESM });
    expect(digests(workshop.identities([entries[0]!], { node: ['--import', 'tsx'] })[0]!)).toEqual(expected);
  });

  it('under tsx as CommonJS', () => {
    const directory = workshop.copy('project', 'commonjs');
    workshop.write({ 'commonjs/package.json': '{ "type": "commonjs" }' });
    const nodes = join(directory, 'nodes.ts');
    expect(digests(workshop.identities([nodes], { node: ['--import', 'tsx'] })[0]!)).toEqual(expected);
  });

  it('in a worker thread', () => {
    const file = esbuild('in-worker', {});
    expect(digests(workshop.identities([file], { worker: true })[0]!)).toEqual(expected);
  });

  it('under vitest', () => {
    const here = Object.entries(inThisRun).map(([name, fn]) => [name, codeIdentity(fn).digest]);
    expect(Object.fromEntries(here)).toEqual(expected);
  });

  it.runIf('typescript' in process.features && process.features.typescript)('with native type stripping', () => {
    expect(digests(workshop.identities([entries[0]!])[0]!)).toEqual(expected);
  });

  it('and different for every function', () => {
    expect(new Set(Object.values(expected)).size).toBe(Object.keys(expected).length);
  });
});
