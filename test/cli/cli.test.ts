import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { node, pipeline } from 'hypernodes';
import { DiskCache } from 'hypernodes/cache';
import { beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.js');
let project: string;

const hypernodes = (...parameters: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...parameters], {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};
const run = (x: number): string =>
  execFileSync(process.execPath, ['--import', 'tsx', 'run.ts', String(x)], { cwd: project, encoding: 'utf8' });

const helper = `export const scale = (x: number): number => x * 2;\n`;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'hypernodes-cli-'));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/hypernodes'));
  symlinkSync(join(root, 'node_modules/tsx'), join(project, 'node_modules/tsx'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'helper.ts'), helper);
  writeFileSync(
    join(project, 'pipeline.ts'),
    `import { node, Pipeline } from 'hypernodes';
     import { DiskCache } from 'hypernodes/cache';
     import { scale } from './helper.ts';
     const scaled = node('scaled', ({ x }: { x: number }) => scale(x));
     const label = node('label', ({ scaled, unit = 'cm' }: { scaled: number; unit?: string }) => scaled + ' ' + unit);
     export const lengths = new Pipeline({ name: 'lengths', nodes: [scaled, label], cache: new DiskCache('./cache') });`,
  );
  writeFileSync(
    join(project, 'run.ts'),
    `import { lengths } from './pipeline.ts';
     console.log((await lengths.run({ x: Number(process.argv[2]) })).label);`,
  );
});

describe('hypernodes', () => {
  it('says what it can do', () => {
    expect(hypernodes('--help')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/cache.*\n.*graph.*\n.*modal.*\n.*plan.*\n.*run.*\n.*why/),
    });
    for (const command of ['cache', 'graph', 'plan', 'run', 'why']) {
      expect(hypernodes(command, '--help').stdout).toMatch(new RegExp(`^Usage: hypernodes ${command}`));
    }
    expect(hypernodes('nonsense')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`no command 'nonsense'`),
    });
  });

  it('plans and explains from the cache of earlier processes', () => {
    expect(hypernodes('plan', 'pipeline.ts', '--x', '2').stdout).toMatch(/^run +lengths > scaled/);
    expect(run(2)).toBe('4 cm\n');
    expect(hypernodes('plan', 'pipeline.ts', '--x', '2').stdout).toContain('2 from the cache, 0 to run, 0 open');
    expect(hypernodes('why', 'pipeline.ts::lengths', '--x', '2').stdout).toBe(
      'hit      lengths > scaled\nhit      lengths > label\n',
    );
    expect(hypernodes('run', '--dry-run', 'pipeline.ts', '--x', '2').stdout).toContain('2 from the cache, 0 to run');
    expect(hypernodes('run', 'pipeline.ts', '--x', '2', '--unit', 'm').stdout).toBe(`{ scaled: 4, label: '4 m' }\n`);
    const changed = hypernodes('why', 'pipeline.ts', '--x=3').stdout;
    expect(changed).toMatch(/miss +lengths > scaled: input 'x' changed/);
    expect(changed).toMatch(/input x: 2 → 3/);
  });

  it('names the helper that was edited, and keeps results over an edit that is accepted', () => {
    writeFileSync(join(project, 'helper.ts'), `export const scale = (x: number): number => x + x;\n`);
    expect(hypernodes('why', 'pipeline.ts', '--x', '2').stdout).toMatch(/code scale in helper\.ts/);
    const accepted = hypernodes('cache', 'accept', 'pipeline.ts', 'scaled', '--reason', 'x + x is 2x');
    expect(accepted).toMatchObject({ status: 0, stdout: expect.stringContaining('lengths > scaled: results of code') });
    expect(hypernodes('why', 'pipeline.ts', '--x', '2').stdout).toMatch(/^hit +lengths > scaled/);
    writeFileSync(join(project, 'helper.ts'), helper);
  });

  it('lists, checks and cleans a cache', () => {
    const listed = hypernodes('cache', 'ls', '--path', 'cache');
    expect(listed.stdout.trim().split('\n')).toHaveLength(3);
    expect(listed.stdout).toContain('lengths > scaled');
    expect(hypernodes('cache', 'stats', '--path', 'cache').stdout).toMatch(/3 .*all/);
    expect(hypernodes('cache', 'verify', '--path', 'cache')).toMatchObject({
      status: 0,
      stdout: '3 good, 0 damaged\n',
    });
    expect(hypernodes('cache', 'clear', '--path', 'cache', '--node', 'label').stdout).toBe('2 entries removed\n');
    expect(hypernodes('cache', 'prune', '--path', 'cache')).toMatchObject({ status: 2 });
    expect(hypernodes('cache', 'clear', '--path', 'cache').stdout).toBe('1 entries removed\n');
    expect(hypernodes('cache', 'ls', '--path', 'cache').stdout).toBe('');
  });

  it('takes neither instances nor what a newer version wrote for damage', () => {
    writeFileSync(
      join(project, 'instances.ts'),
      `import { node, Pipeline } from 'hypernodes';
       import { DiskCache, FileCache } from 'hypernodes/cache';
       import { fromState, getState } from 'hypernodes/pack';
       class Point { x = 1; }
       class Vault {
         #secret = 1;
         [getState]() { return { secret: this.#secret }; }
         static [fromState]() { return new Vault(); }
       }
       const nodes = [
         node('point', () => ({ deep: [new Point(), new Map([[1, new Point()]])] })),
         node('vault', () => new Vault()),
         node('url', () => new URL('http://host/')),
       ];
       await new Pipeline({ nodes, cache: new DiskCache('./of-disk') }).run({});
       await new Pipeline({ nodes, cache: new FileCache('./of-files') }).run({});`,
    );
    execFileSync(process.execPath, ['--import', 'tsx', 'instances.ts'], { cwd: project });
    const good = { status: 0, stdout: '3 good, 0 damaged\n' };
    expect(hypernodes('cache', 'verify', '--path', 'of-disk')).toMatchObject(good);
    expect(hypernodes('cache', 'verify', '--path', 'of-files')).toMatchObject(good);
    const segments = join(project, 'of-disk', 'segments');
    const segment = join(segments, readdirSync(segments).find((name) => name.endsWith('.segment'))!);
    const stored = readFileSync(segment);
    // In the value of the instance that says what its state is.
    stored[stored.indexOf('secret', stored.indexOf('vault'))]! ^= 1;
    writeFileSync(segment, stored);
    const damaged = {
      status: 1,
      stdout: expect.stringMatching(/^damaged, removed: [0-9a-f]{64}\n2 good, 1 damaged\n$/),
    };
    expect(hypernodes('cache', 'verify', '--path', 'of-disk')).toMatchObject(damaged);
    expect(hypernodes('cache', 'verify', '--path', 'of-disk')).toMatchObject({
      status: 0,
      stdout: '2 good, 0 damaged\n',
    });
    expect(hypernodes('cache', 'ls', '--path', 'instances.ts')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('instances.ts is a file; give the folder of your cache with --path.'),
    });
    const files = join(project, 'of-files');
    const [folder] = readdirSync(files).filter((name) => name.length === 2);
    const file = join(files, folder!, readdirSync(join(files, folder!))[0]!);
    const bytes = readFileSync(file);
    bytes.write('HNC2');
    writeFileSync(file, bytes);
    expect(hypernodes('cache', 'verify', '--path', 'of-files')).toMatchObject({
      status: 0,
      stdout: '2 good, 0 damaged, 1 of another version of hypernodes, left alone\n',
    });
    expect(readFileSync(file)).toEqual(bytes);
    writeFileSync(file, 'rubbish');
    expect(hypernodes('cache', 'verify', '--path', 'of-files')).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/^damaged, removed: [0-9a-f]{64}\n2 good, 1 damaged\n$/),
    });
  });

  it('refuses what it cannot do, with what to do instead', () => {
    expect(hypernodes('cache', 'ls', '--path', 'nowhere').stderr).toContain('there is no folder nowhere');
    expect(hypernodes('why', 'nowhere.ts').stderr).toContain('there is no file nowhere.ts');
    expect(hypernodes('why', 'helper.ts').stderr).toContain('exports no pipeline');
    expect(hypernodes('why', 'pipeline.ts::other').stderr).toContain('it exports: lengths');
    expect(hypernodes('why', 'pipeline.ts').stderr).toMatch(/missing input 'x'/);
  });

  it('has its version of the package', () => {
    const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> };
    expect(resolve(root, bin.hypernodes!)).toBe(cli);
  });

  it('counts the time of nodes that waited side by side once', async () => {
    const path = join(project, 'waiting');
    const waited = node('waited', async ({ x }: { x: number }) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return x;
    });
    const cache = new DiskCache(path);
    await pipeline(waited).map({ x: Array.from({ length: 50 }, (_, x) => x) }, { over: 'x', cache });
    cache.close();
    // One by one they would have taken 10 s.
    expect(hypernodes('cache', 'stats', '--path', path).stdout).toMatch(/^ +50 .* (\d+ ms|\d\.\d s) +all$/m);
  });
});
