import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../remote/conformance/watched.ts';

const root = resolve(import.meta.dirname, '../..');
const cli = join(root, 'dist/cli.js');
const project = mkdtempSync(join(tmpdir(), 'hypernodes-run-'));
const env = {
  ...process.env,
  NO_COLOR: '1',
  XDG_CACHE_HOME: join(project, 'cache'),
  XDG_DATA_HOME: join(project, 'data'),
};

const run = (...parameters: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'run', ...parameters], {
    cwd: project,
    encoding: 'utf8',
    env,
  });
  return { status, stdout, stderr };
};

const programs: Readonly<Record<string, string>> = {
  'entrypoint.ts': `
    import { App } from 'hypernodes/remote';
    const app = new App('demo');
    export const square = app.function((x: number) => { console.log('squaring', x); return x * x; });
    app.localEntrypoint(async ({ x = 5, outName = 'it', isLoud = false, extra = null }: { x?: number; outName?: string; isLoud?: boolean; extra?: unknown }) =>
      ({ [outName]: await square.remote(x), isLoud, extra }));`,
  'one-function.ts': `
    import { App } from 'hypernodes/remote';
    const app = new App('demo');
    export const greet = app.function((name: string, times = 1) => Array(times).fill(name).join(' ') + ' ' + (process.pid === ${process.pid}));`,
  'several.ts': `
    import { App } from 'hypernodes/remote';
    import { node, Pipeline } from 'hypernodes';
    const app = new App('demo');
    export const first = app.function((x: number) => x + 1);
    export const second = app.function((x: number) => x + 2);
    export const lengths = new Pipeline({ name: 'lengths', nodes: [node('size', ({ text, unit = 'm' }: { text: string; unit?: string }) => text.length + unit)] });
    export const plain = (x: number, y = 3) => x * y;`,
  'class.ts': `
    import { App } from 'hypernodes/remote';
    const app = new App('demo');
    class Base { name: string; constructor(name = 'small') { this.name = name; } }
    export const Model = app.cls({ enter: 'load' }, class Model extends Base {
      #loaded = false;
      load() { this.#loaded = true; }
      answer(question: string, times = 1) { return [this.name, this.#loaded, ...Array(times).fill(question)].join(' '); }
      *words(text: string) { yield* text.split(' '); }
    });`,
  'schema.ts': `
    import { App } from 'hypernodes/remote';
    import { z } from 'zod';
    const app = new App('demo');
    app.localEntrypoint(({ count }: { count: number }) => count + 1, { schemas: { count: z.coerce.number().int().max(10) } });`,
  'flags.ts': `
    import { App } from 'hypernodes/remote';
    import { z } from 'zod';
    const app = new App('demo');
    app.localEntrypoint(
      ({ userID, maxHTTPRetries, isLoud, tags = ['a'] }: { userID: string; maxHTTPRetries: number; isLoud: boolean; tags?: string[] }) =>
        JSON.stringify([userID, maxHTTPRetries, isLoud, tags]),
      { schemas: { userID: z.string(), maxHTTPRetries: z.number().default(3), isLoud: z.boolean(), tags: z.array(z.string()) } },
    );`,
  'dry.ts': `
    import { App } from 'hypernodes/remote';
    const app = new App('demo');
    export const countTo = app.function(async function* (to: number) { for (let n = 1; n <= to; n++) yield n; });
    app.localEntrypoint(({ dryRun = false }: { dryRun?: boolean }) => 'dry: ' + dryRun);`,
  'failing.ts': `
    import { App } from 'hypernodes/remote';
    const app = new App('demo');
    class Broken extends Error {}
    const deep = (x: number) => {
      if (x > 0) throw new Broken('broke on ' + x);
    };
    export const fail = app.function({ name: 'fail' }, (x: number) => deep(x));`,
  'waiting.ts': `
    import { App } from 'hypernodes/remote';
    const app = new App('demo');
    export const wait = app.function(async () => {
      console.log('pid ' + process.pid);
      await new Promise(() => {});
    });`,
  'empty.ts': 'export const nothing = 1;',
};

beforeAll(() => {
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(root, join(project, 'node_modules/hypernodes'));
  for (const name of ['tsx', 'zod']) symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'value.json'), '{ "a": [1, 2] }');
  for (const [name, source] of Object.entries(programs)) writeFileSync(join(project, name), source);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('hypernodes run', () => {
  it('calls the entrypoint, and prints what it gives; what containers print is told with their name', () => {
    const { status, stdout, stderr } = run('entrypoint.ts');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe('[square] squaring 5\n{ it: 25, isLoud: false, extra: null }\n');
  });

  it.each([
    [['--x', '7'], '{ it: 49, isLoud: false, extra: null }'],
    [['--', '--x=7', '--is-loud', '--out-name', '7'], "{ '7': 49, isLoud: true, extra: null }"],
    [['--no-is-loud', '--outName', 'n', '--x', '-2'], '{ n: 4, isLoud: false, extra: null }'],
    [['--is-loud=true', '--extra', '@value.json'], '{ it: 25, isLoud: true, extra: { a: [ 1, 2 ] } }'],
    [['--extra', '[1, "b"]'], "{ it: 25, isLoud: false, extra: [ 1, 'b' ] }"],
    [['--extra', 'text'], "{ it: 25, isLoud: false, extra: 'text' }"],
  ])('makes flags its parameters: %j', (flags, expected) => {
    expect(
      run('entrypoint.ts', ...flags)
        .stdout.split('\n')
        .at(-2),
    ).toBe(expected);
  });

  it('lists the flags of a script', () => {
    const { status, stdout } = run('entrypoint.ts', '--help');
    expect(status).toBe(0);
    expect(stdout).toBe(
      `Usage: hypernodes run entrypoint.ts [options] [flags]

Runs entrypoint of app 'demo'.

  --x <number>             default: 5
  --out-name <text>        default: "it"
  --is-loud, --no-is-loud  default: false
  --extra <value>          default: null
`,
    );
  });

  it.each([
    [['entrypoint.ts', '--y', '1'], 'no flag --y'],
    [['entrypoint.ts', '--out-nam', '1'], 'Did you mean --out-name?'],
    [['entrypoint.ts', '--x', 'five'], "--x is 'five'; expected a number"],
    [['entrypoint.ts', '--x'], '--x needs a value'],
    [['entrypoint.ts', '--is-loud=maybe'], "--is-loud is 'maybe'"],
    [['entrypoint.ts', '--extra', '@missing.json'], '@missing.json'],
    [['one-function.ts'], 'missing --name'],
    [['several.ts'], 'several things to run: first, second, lengths. Say which: several.ts::first'],
    [['several.ts::third'], "called 'third'"],
    [['class.ts::Model'], 'Model is a class. Say which method: class.ts::Model.answer, class.ts::Model.words.'],
    [['class.ts::Model.load'], "Model has no method 'load'"],
    [['empty.ts'], 'has nothing to run'],
    [['missing.ts'], 'there is no file missing.ts'],
    [[], 'say which file'],
    [['one-function.ts', '--on'], '--on needs the name of a provider'],
    [['one-function.ts', '--detach', '--name', 'a'], 'end with this process'],
  ])('says what is wrong with %j', (parameters, message) => {
    const { status, stdout, stderr } = run(...parameters);
    expect(stderr).toContain(message);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('knows no other providers than there are', () => {
    expect(run('one-function.ts', '--on', 'moon', '--name', 'x')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/no provider 'moon'.*\n?.*local, modal/),
    });
  });

  it('says what to do when a package is said to have no ES modules, as npm init says', () => {
    const folder = join(project, 'commonjs');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
    writeFileSync(join(folder, 'script.ts'), programs['one-function.ts']!);
    expect(run('commonjs/script.ts', '--name', 'a')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('npm pkg set type=module'),
    });
  });

  it('calls the only function, in a container; or a function, pipeline or plain function by its name', () => {
    expect(run('one-function.ts', '--name', 'you', '--times=2').stdout).toBe('you you false\n');
    expect(run('several.ts::second', '--x', '1').stdout).toBe('3\n');
    expect(run('several.ts::plain', '--x', '2').stdout).toBe('6\n');
    expect(run('class.ts::Model.answer', '--question', 'why', '--times', '2').stdout).toBe('small true why why\n');
    expect(run('class.ts::Model.words', '--name', 'large', '--text', 'a b').stdout).toBe('a\nb\n');
    expect(run('several.ts::lengths', '--text', 'four').stdout).toBe("{ size: '4m' }\n");
    expect(run('several.ts::lengths', '--on', 'local', '--text', 'four', '--unit', 'km').stdout).toBe(
      "{ size: '4km' }\n",
    );
  });

  it('checks flags by a schema', () => {
    expect(run('schema.ts', '--count', '7').stdout).toBe('8\n');
    expect(run('schema.ts', '--count', '11')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--count: '),
    });
  });

  it('takes from a schema what a flag may be, and what it is when it is left out', () => {
    expect(run('flags.ts', '--user-id', '42', '--is-loud').stdout).toBe('["42",3,true,["a"]]\n');
    expect(run('flags.ts', '--user-id', 'me', '--no-is-loud', '--max-http-retries=5', '--tags', '["b"]').stdout).toBe(
      '["me",5,false,["b"]]\n',
    );
    expect(run('flags.ts', '--user-id', 'me')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--is-loud'),
    });
    expect(run('flags.ts', '--user-id', 'me', '--is-loud', '--max-http-retries', 'x')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--max-http-retries: '),
    });
    const lines = run('flags.ts', '--help').stdout.split('\n').slice(-5, -1);
    expect(lines.map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ['--user-id <value>', 'required'],
      ['--max-http-retries <value>', 'default: 3'],
      ['--is-loud, --no-is-loud', 'required'],
      ['--tags <value>', `default: ["a"]`],
    ]);
  });

  it('leaves --dry-run to a script that has such a flag', () => {
    expect(run('dry.ts', '--dry-run').stdout).toBe('dry: true\n');
    expect(run('dry.ts', '--no-dry-run').stdout).toBe('dry: false\n');
    expect(run('several.ts', '--dry-run', '--text', 'a').stdout).toContain('size');
  });

  it('prints what a generator yields', () => {
    expect(run('dry.ts::countTo', '--to', '3').stdout).toBe('1\n2\n3\n');
  });

  it('shows the line that failed, the class, and the stack of the container', () => {
    const { status, stdout, stderr } = run('failing.ts', '--x', '3');
    expect([status, stdout]).toEqual([1, '']);
    // Node 20 runs what tsx made of the file: a function on the line where it begins.
    expect(stderr).toMatch(/failing\.ts:[56]\n\n {2}(const deep|if \(x > 0\) throw)/);
    expect(stderr).toMatch(/Broken.*: broke on 3/);
    expect(stderr).toMatch(/at deep \(.*failing\.ts:[56]/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends its containers, and itself, on %s', async (signal) => {
    const child = spawn(process.execPath, [cli, 'run', 'waiting.ts'], {
      cwd: project,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let told = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (told += text));
    await eventually('it runs', () => /pid \d+/.test(told));
    const pid = Number(/pid (\d+)/.exec(told)![1]);
    child.kill(signal);
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(signal === 'SIGINT' ? 130 : 143);
    await eventually('the container is gone', () => {
      try {
        process.kill(pid, 0);
        return false;
      } catch {
        return true;
      }
    });
  });
});
