import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
};
const paths = Object.keys(manifest.exports);

/** The doors that the contract knows; one is in `exports` as soon as its room is built. */
const contract = [
  '.',
  './cache',
  './callbacks',
  './engines',
  './pack',
  './remote',
  './modal',
  './viz',
  './package.json',
];

/** Prints, to standard output, every module that importing `specifier` loads. */
const loadedBy = async (specifier: string): Promise<string[]> => {
  const hook = `
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) { writeSync(1, url + '\\n'); return next(url, context); }`;
  const program = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    await import(${JSON.stringify(specifier)});`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
  });
  return stdout.trimEnd().split('\n');
};

test('every path of the exports map is one of the contract', () => {
  expect(contract).toEqual(expect.arrayContaining(paths));
});

test.each(paths.filter((path) => !path.endsWith('.json')))('%s can be imported and holds something', async (path) => {
  expect(Object.keys((await import(`hypernodes${path.slice(1)}`)) as object)).not.toEqual([]);
});

test('the core holds what the contract says', async () => {
  const errors = [
    'AbortError',
    'CacheError',
    'GraphError',
    'HypernodesError',
    'InputError',
    'MissingPeerError',
    'OutputError',
    'PackError',
    'RemoteError',
    'SyncError',
    'TimeoutError',
    'UnpackError',
  ];
  const aids = ['CachedValue', 'failuresOf', 'nodePath', 'reportOf'];
  const core = ['InProcessEngine', 'MapResult', 'Pipeline', 'Stateful', 'node', 'pipeline', 'stateful'];
  expect(Object.keys(await import('hypernodes')).sort()).toEqual([...errors, ...aids, ...core].sort());
});

test('nothing else can be imported', async () => {
  const rooms = readdirSync(`${root}src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const closed = rooms.map(({ name }) => `./${name}`).filter((path) => !paths.includes(path));
  expect(closed).toContain('./graph');
  for (const path of [...closed, './dist/index.js', './src/index.ts', './index.js']) {
    const program = `await import('hypernodes/${path.slice(2)}')`;
    const importing = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { cwd: root });
    await expect(importing, path).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  }
});

test('importing the core loads its own files, its few dependencies, and nothing native or heavy', async () => {
  const loaded = await loadedBy('hypernodes');
  const packages = loaded
    .map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1])
    .filter((name) => name !== undefined);
  const light = ['acorn', '@standard-schema/spec'];
  expect(light).toEqual(expect.arrayContaining(packages));
  expect(loaded.filter((url) => url.endsWith('.node'))).toEqual([]);
  const heavy = [
    'node:inspector',
    'node:inspector/promises',
    'node:worker_threads',
    'node:child_process',
    'node:http',
    'node:https',
    'node:net',
  ];
  expect(loaded.filter((url) => heavy.includes(url))).toEqual([]);
  expect(loaded.some((url) => url.endsWith('/dist/index.js'))).toBe(true);
});
