import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { ModalProvider } from 'hypernodes/modal';
import { Status } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeModal } from './fake/fake-modal.ts';

const cli = resolve(import.meta.dirname, '../../dist/cli.js');
let fake: FakeModal;
let provider: ModalProvider;

beforeAll(async () => {
  fake = await FakeModal.start();
  Object.assign(process.env, fake.env());
  provider = new ModalProvider();
});
afterAll(async () => {
  await provider.close();
  await fake.close();
});

function hypernodes(...parameters: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const env = { ...process.env, ...fake.env() };
    execFile(process.execPath, [cli, 'modal', ...parameters], { env }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

/** Lets a container run: that of a volume. */
async function containerOf(name: string): Promise<string> {
  const before = new Set(fake.running.map(({ id }) => id));
  await provider.volume({ name, createIfMissing: true, readOnly: false }).put('x', new Uint8Array([1]));
  return fake.running.find(({ id }) => !before.has(id))!.id;
}

describe('hypernodes modal', () => {
  it('lists what runs and stops it', async () => {
    const [one, two] = [await containerOf('one'), await containerOf('two')];
    const listed = await hypernodes('ps');
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toMatch(new RegExp(`^${one} +volume +.* hypernodes-volumes`, 'm'));
    expect(await hypernodes('stop', one)).toMatchObject({ code: 0, stdout: `stopped ${one}\n` });
    await expect.poll(() => fake.running.map(({ id }) => id)).toEqual([two]);
    expect((await hypernodes('stop', '--all')).stdout).toBe(`stopped ${two}\n`);
    expect((await hypernodes('ps', '--app', 'hypernodes-volumes')).stdout.split('\n')).toHaveLength(2);
  });

  it('leaves out what ends while it is listed', async () => {
    const [one, two] = [await containerOf('ending'), await containerOf('staying')];
    fake.rpcs.fail('SandboxTagsGetV2', { code: Status.NOT_FOUND });
    const { code, stdout } = await hypernodes('ps');
    expect(code).toBe(0);
    expect([one, two].filter((id) => stdout.includes(id))).toHaveLength(1);
    await hypernodes('stop', '--all');
  });

  it('stops the others when one is gone', async () => {
    const [one, two] = [await containerOf('gone'), await containerOf('there')];
    const { code, stdout, stderr } = await hypernodes('stop', 'sb-none', one, two);
    expect({ code, stdout }).toEqual({ code: 1, stdout: `stopped ${one}\nstopped ${two}\n` });
    expect(stderr).toMatch(/no container sb-none/);
  });

  it('shows what a container printed last', async () => {
    const modal = await fake.client();
    const app = await modal.apps.fromName('logging', { createIfMissing: true });
    const image = modal.images.fromRegistry('node:22-slim');
    const command = ['sh', '-c', 'echo first; echo second; echo third; sleep 60'];
    const sandbox = await modal.sandboxes.create(app, image, { command });
    await sandbox.stdout.getReader().read();
    const read = (lines: string) => hypernodes('logs', sandbox.sandboxId, '--lines', lines);
    await expect.poll(async () => (await read('10')).stdout).toBe('first\nsecond\nthird\n');
    expect((await read('1')).stdout).toBe('third\n');
    await sandbox.terminate();
  });

  it('says what is wrong with what it was asked for', async () => {
    expect(await hypernodes()).toMatchObject({ code: 2, stderr: expect.stringContaining('say what to do') });
    expect(await hypernodes('fly')).toMatchObject({ code: 2, stderr: expect.stringContaining("no action 'fly'") });
    expect(await hypernodes('stop')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ids of containers or --all'),
    });
    expect(await hypernodes('logs', 'x', '--lines', '0')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("'0'"),
    });
    expect(await hypernodes('stop', 'sb-none')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no container sb-none.*modal ps/),
    });
  });
});
