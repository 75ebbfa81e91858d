import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, node, Pipeline, RemoteError } from 'hypernodes';
import { App, type DeploymentObserver, Image, LocalProvider, Secret } from 'hypernodes/remote';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { thrownBy } from '../thrown-by.ts';
import { localApp } from './local-app.ts';

const { provider } = localApp('unused');
const files = mkdtempSync(join(tmpdir(), 'hypernodes-image-'));
afterAll(() => rmSync(files, { recursive: true, force: true }));

/** An app that tells what happens to its images. */
function observed(): { app: App; builds: string[] } {
  const builds: string[] = [];
  const observer: DeploymentObserver = {
    onLog: () => undefined,
    onPhase: ({ phase, detail }) => {
      if (phase === 'building' && detail !== undefined) builds.push(detail);
    },
  };
  return { app: new App('images', { provider, observer }), builds };
}

describe('an image', () => {
  it('has the files, folders, packages, commands, variables and folder that it was given', async () => {
    mkdirSync(join(files, 'data'), { recursive: true });
    writeFileSync(join(files, 'data/one.txt'), 'one');
    writeFileSync(join(files, 'settings.json'), '{ "a": 1 }');
    mkdirSync(join(files, 'own-package'), { recursive: true });
    writeFileSync(
      join(files, 'own-package/package.json'),
      '{ "name": "own-package", "type": "module", "exports": "./index.js" }',
    );
    writeFileSync(join(files, 'own-package/index.js'), 'export const answer = 42;');
    const image = Image.node()
      .workdir('/hypernodes-work')
      .addLocalFile(join(files, 'settings.json'))
      .addLocalDir(join(files, 'data'))
      .addLocalSource(join(files, 'own-package'))
      .env({ MODE: 'test' })
      .runCommands('echo $MODE > made.txt');
    const { app } = observed();
    const look = app.function({ image }, async () => {
      const { readFileSync } = await import('node:fs');
      const name = 'own-package';
      const { answer } = (await import(name)) as { answer: number };
      return [
        readFileSync('settings.json', 'utf8'),
        readFileSync('data/one.txt', 'utf8'),
        readFileSync('made.txt', 'utf8').trim(),
        process.env.MODE,
        answer,
      ];
    });
    expect(await look.remote()).toEqual(['{ "a": 1 }', 'one', 'test', 'test', 42]);
  });

  it('leaves out what is installed or hidden', async () => {
    const source = join(files, 'tidy');
    mkdirSync(join(source, 'node_modules/junk'), { recursive: true });
    mkdirSync(join(source, 'sub/.git'), { recursive: true });
    for (const name of ['.env', 'kept.txt', 'node_modules/junk/index.js', 'sub/.git/HEAD', 'sub/kept.txt'])
      writeFileSync(join(source, name), 'content');
    symlinkSync(join(source, 'nowhere'), join(source, 'broken.txt'));
    const { app } = observed();
    const look = app.function({ image: Image.node().addLocalDir(source, '/hypernodes-tidy') }, () =>
      process.getBuiltinModule('node:fs').readdirSync('/hypernodes-tidy', { recursive: true }).sort(),
    );
    expect(await look.remote()).toEqual(['kept.txt', 'sub', 'sub/kept.txt']);
  });

  it('may have packages of yours that build on hypernodes: there is one of it', async () => {
    const source = join(files, 'on-top');
    mkdirSync(source, { recursive: true });
    writeFileSync(
      join(source, 'package.json'),
      '{ "name": "@mine/on-top", "type": "module", "exports": "./index.js" }',
    );
    writeFileSync(
      join(source, 'index.js'),
      `import { node, Pipeline } from 'hypernodes';
       export const pipeline = new Pipeline({ nodes: [node('double', ({ x }) => x * 2)] });`,
    );
    const image = Image.node().npmInstall('hypernodes', 'hypernodes@0.0.1').addLocalSource(source);
    const { app } = observed();
    const use = app.function({ image }, async () => {
      const name = '@mine/on-top';
      const { pipeline } = (await import(name)) as { pipeline: { run(inputs: object): Promise<object> } };
      return [pipeline instanceof Pipeline, await pipeline.run({ x: 4 })];
    });
    expect(await use.remote()).toEqual([true, { double: 8 }]);
  });

  it('may have packages installed that want hypernodes beside them, and packages that use those', async () => {
    const install = (name: string, manifest: object, source: string): string => {
      const folder = join(files, 'installed', name);
      mkdirSync(folder, { recursive: true });
      const whole = { name, version: '1.0.0', type: 'module', exports: './index.js', ...manifest };
      writeFileSync(join(folder, 'package.json'), JSON.stringify(whole));
      writeFileSync(join(folder, 'index.js'), source);
      return `mkdir -p node_modules/${name} && cp ${folder}/* node_modules/${name}`;
    };
    const image = Image.node().runCommands(
      install('plugin', { peerDependencies: { hypernodes: '*' } }, `export { Pipeline } from 'hypernodes';`),
      install('@its/user', { dependencies: { plugin: '1' } }, `export { Pipeline } from 'plugin';`),
    );
    const { app } = observed();
    const use = app.function({ image }, async () => {
      const [plugin, user] = ['plugin', '@its/user'];
      const found = (await Promise.all([import(plugin), import(user)])) as { Pipeline: unknown }[];
      return found.map((module) => module.Pipeline === Pipeline);
    });
    expect(await use.remote()).toEqual([true, true]);
  });

  it('may have sources in TypeScript', async () => {
    const source = join(files, 'typed');
    mkdirSync(source, { recursive: true });
    writeFileSync(join(source, 'package.json'), '{ "name": "typed", "type": "module", "exports": "./index.ts" }');
    writeFileSync(join(source, 'index.ts'), `import { two } from './two.ts';\nexport const four: number = two * 2;`);
    writeFileSync(join(source, 'two.ts'), 'export const two: number = 2;');
    const { app } = observed();
    const use = app.function({ image: Image.node().addLocalSource(source) }, async () => {
      const name = 'typed';
      return ((await import(name)) as { four: number }).four;
    });
    expect(await use.remote()).toBe(4);
  });

  it('has what the lock file of the project says, wherever that has it from', async () => {
    const project = join(files, 'project');
    const write = (name: string, manifest: object, source: string): void => {
      mkdirSync(join(project, name), { recursive: true });
      writeFileSync(
        join(project, name, 'package.json'),
        JSON.stringify({ name, version: '1.0.0', type: 'module', exports: './index.js', ...manifest }),
      );
      writeFileSync(join(project, name, 'index.js'), source);
    };
    const npm = (folder: string, ...args: string[]) =>
      execFileSync('npm', [...args, '--offline', '--ignore-scripts'], { cwd: join(project, folder), stdio: 'pipe' });
    write('packed', {}, 'export const from = "tarball";');
    write('hypernodes', { version: '0.0.1' }, 'export const none = 0;');
    write(
      'linked',
      { dependencies: { packed: '^1.0.0' } },
      'export { from } from "packed"; export const own = "folder";',
    );
    for (const name of ['packed', 'hypernodes']) npm(name, 'pack', '--pack-destination', '..');
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({
        type: 'module',
        workspaces: ['unneeded'],
        dependencies: {
          hypernodes: 'file:hypernodes-0.0.1.tgz',
          linked: 'file:./linked',
          packed: 'file:packed-1.0.0.tgz',
        },
      }),
    );
    write('unneeded', {}, '');
    npm('', 'install', '--package-lock-only');
    const cwd = vi.spyOn(process, 'cwd').mockReturnValue(project);
    const image = Image.node().npmInstall();
    cwd.mockRestore();
    const { app } = observed();
    const use = app.function({ image }, async () => {
      const name = 'linked';
      const linked = (await import(name)) as { from: string; own: string };
      return [linked.from, linked.own, await new Pipeline({ nodes: [node('one', () => 1)] }).run({})];
    });
    expect(await use.remote()).toEqual(['tarball', 'folder', { one: 1 }]);
  });

  it('is made with the proxies and certificates of this machine; its functions do not see them', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://user:password@127.0.0.1:9');
    const { app } = observed();
    const image = Image.node().runCommands('echo $HTTPS_PROXY > proxy.txt');
    const look = app.function({ image }, () => [
      process.getBuiltinModule('node:fs').readFileSync('proxy.txt', 'utf8').trim(),
      process.env.HTTPS_PROXY,
    ]);
    expect(await look.remote()).toEqual(['http://user:password@127.0.0.1:9', undefined]);
    vi.unstubAllEnvs();
  });

  it('is immutable, and known by what is in it: built once, and anew when a file changes', async () => {
    const file = join(files, 'content.txt');
    writeFileSync(file, 'first');
    const base = Image.node().addLocalFile(file, 'content.txt');
    const image = base.runCommands('echo building');
    expect(base.toSpec().digest).not.toBe(image.toSpec().digest);
    expect(base.runCommands('echo building').toSpec().digest).toBe(image.toSpec().digest);
    const { app, builds } = observed();
    const read = app.function({ image }, () => process.getBuiltinModule('node:fs').readFileSync('content.txt', 'utf8'));
    const again = app.function({ image, name: 'again' }, () => 1);
    expect(await read.remote()).toBe('first');
    await again.remote();
    expect(builds.filter((line) => line === 'building')).toHaveLength(1);
    writeFileSync(file, 'second');
    const { app: later } = observed();
    const reread = later.function({ image }, () =>
      process.getBuiltinModule('node:fs').readFileSync('content.txt', 'utf8'),
    );
    expect(await reread.remote()).toBe('second');
  });

  it('that cannot be built is an error with its log', async () => {
    const { app } = observed();
    const broken = app.function({ image: Image.node().runCommands('echo some trouble >&2; exit 3') }, () => 1);
    const error = await thrownBy(() => broken.remote());
    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({ code: 'REMOTE_BUILD', message: expect.stringContaining('some trouble') });
  });

  it('names what is not there', async () => {
    for (const make of [
      () => Image.node().addLocalFile(join(files, 'nowhere.txt')),
      () => Image.node().npmInstall(''),
    ]) {
      expect(await thrownBy(make)).toBeInstanceOf(InputError);
    }
    expect(await thrownBy(() => Secret.fromDotenv(join(files, 'no.env')).toSpec())).toMatchObject({
      code: 'INPUT_MISSING',
    });
  });

  it('may ask for what this machine lacks: a warning says what happens instead, or it is an error', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { app } = observed();
    const image = Image.node('99').aptInstall('ffmpeg');
    const wishful = app.function({ image, gpu: 'H100' }, () => 'ran');
    expect(await wishful.remote()).toBe('ran');
    expect(warn.mock.calls.map(([text]) => String(text)).join()).toMatch(/gpu 'H100'.*aptInstall ffmpeg|Node 99/);
    warn.mockRestore();
    const strict = new LocalProvider({ strict: true, cacheFolder: join(files, 'cache') });
    const refused = new App('strict', { provider: strict }).function({ gpu: 'H100' }, () => 'ran');
    expect(await thrownBy(() => refused.remote())).toMatchObject({
      code: 'REMOTE_BUILD',
      message: expect.stringContaining("gpu 'H100'"),
    });
    await strict.close();
  });
});

describe('a disk that is full', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hypernodes-full-'));
  const refusal = ((): string | undefined => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'pipe' });
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  })();
  if (refusal !== undefined) console.warn(`SKIPPED: images on a full disk need the right to mount: ${refusal}`);
  afterAll(() => {
    if (refusal === undefined) execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
    rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(refusal !== undefined)('is said where the image is made, and costs nothing that was there', async () => {
    const full = new LocalProvider({ cacheFolder: folder, dataFolder: join(files, 'data-of-full') });
    const app = new App('full', { provider: full, observer: { onLog: () => undefined } });
    const small = app.function({ image: Image.node().runCommands('echo 1 > small') }, () => 'small');
    expect(await small.remote()).toBe('small');
    const large = app.function({ image: Image.node().runCommands('head -c 3000000 /dev/zero > large') }, () => 'large');
    expect(await thrownBy(() => large.remote())).toMatchObject({
      code: 'REMOTE_BUILD',
      message: expect.stringContaining('no space left'),
      hint: expect.stringContaining('cacheFolder'),
    });
    expect(await small.remote()).toBe('small');
    await full.close();
  });
});
