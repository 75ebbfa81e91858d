import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
let project: string;

/** A project with hypernodes in it, and whatever is called modal there. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'hypernodes-modal-'));
  const installed = join(project, 'node_modules/hypernodes');
  mkdirSync(installed, { recursive: true });
  cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(installed, 'package.json'));
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(project, 'node_modules', name, '..'), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
  writeFileSync(
    join(project, 'ask.mjs'),
    `import { ModalProvider } from 'hypernodes/modal';
     const volume = new ModalProvider().volume({ name: 'v', createIfMissing: true, readOnly: false });
     await volume.list().catch(({ name, code, message, hint }) => console.log(JSON.stringify({ name, code, message, hint })));`,
  );
});
afterAll(() => rmSync(project, { recursive: true }));

function install(version: string, source: string): void {
  const folder = join(project, 'node_modules/modal');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'modal', version, type: 'module', exports: './index.js' }),
  );
  writeFileSync(join(folder, 'index.js'), source);
}

function ask(variables: Record<string, string> = {}): Promise<{ name: string; code: string; message: string }> {
  const { MODAL_TOKEN_ID: _id, MODAL_TOKEN_SECRET: _secret, ...others } = process.env;
  const env = { ...others, MODAL_CONFIG_PATH: '/dev/null', ...variables };
  return new Promise((done, fail) => {
    execFile(process.execPath, ['ask.mjs'], { cwd: project, env }, (error, stdout) =>
      error ? fail(error) : done(JSON.parse(stdout) as never),
    );
  });
}

describe('without the right SDK', () => {
  const missing = { name: 'MissingPeerError', code: 'MISSING_PEER', hint: 'npm install modal@0.11.1' };

  it('names the command that installs it', async () => {
    const error = await ask();
    expect(error).toMatchObject(missing);
    expect(error.message).toMatch(/is not installed.*npm install modal@0\.11\.1$/s);
  });

  it('knows the package that has its name', async () => {
    install('1.2.0', 'export default function modal() {}');
    const error = await ask();
    expect(error).toMatchObject(missing);
    expect(error.message).toMatch(/another package.*npm install modal@0\.11\.1$/);
  });

  it('knows it when it cannot be loaded, as the real one cannot', async () => {
    install('1.2.0', "import 'jade/lib/runtime.js';");
    const error = await ask();
    expect(error).toMatchObject(missing);
    expect(error.message).toMatch(/not the SDK of Modal.*jade.*npm install modal@0\.11\.1$/);
    expect(error.message).not.toContain('\n');
  });

  it('takes no other version', async () => {
    install('0.12.0', "export class ModalClient { version() { return '0.12.0'; } close() {} }");
    const error = await ask();
    expect(error).toMatchObject(missing);
    expect(error.message).toMatch(/0\.12\.0, not 0\.11\.1.*npm install modal@0\.11\.1$/);
  });
});

it('says how to log in', async () => {
  const folder = join(project, 'node_modules/modal');
  rmSync(folder, { recursive: true, force: true });
  symlinkSync(join(root, 'node_modules/modal'), folder);
  const error = await ask();
  expect(error).toMatchObject({ name: 'RemoteError', code: 'REMOTE_START' });
  expect(error.message).toMatch(/Not logged in to Modal.*modal\.com\/settings\/tokens.*MODAL_TOKEN_ID/);
});
