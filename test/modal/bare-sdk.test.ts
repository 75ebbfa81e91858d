import { randomBytes } from 'node:crypto';
import { Status } from 'nice-grpc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeModal } from './fake/fake-modal.ts';

let fake: FakeModal;

beforeAll(async () => {
  fake = await FakeModal.start();
});
afterAll(() => fake.close());

describe.each(['v1', 'v2'] as const)('the fake cloud, asked by the bare SDK for %s sandboxes', (mode) => {
  async function setUp(): Promise<{ modal: Awaited<ReturnType<FakeModal['client']>>; app: never; image: never }> {
    const modal = await fake.client(mode);
    const app = await modal.apps.fromName(`bare-${mode}`, { createIfMissing: true });
    const image = modal.images
      .fromRegistry('node:22-slim')
      .dockerfileCommands(['RUN mkdir -p /made && echo built > /made/file']);
    return { modal, app: app as never, image: image as never };
  }

  it('runs commands with streams in a world of their own', async () => {
    const { modal, app, image } = await setUp();
    const sandbox = await modal.sandboxes.create(app, image, { env: { GREETING: 'hello' } });
    expect(/^sb-[0-9a-z]{22}$/.test(sandbox.sandboxId)).toBe(mode === 'v1');
    const echo = await sandbox.exec(['sh', '-c', 'cat /made/file; echo $GREETING; cat; echo oops >&2; exit 3']);
    const writer = echo.stdin.getWriter();
    await writer.write('from outside\n');
    await writer.close();
    expect(await echo.stdout.readText()).toBe('built\nhello\nfrom outside\n');
    expect(await echo.stderr.readText()).toBe('oops\n');
    expect(await echo.wait()).toBe(3);
    await sandbox.terminate({ wait: true });
  });

  it('keeps files, big ones too, and tells what is missing', async () => {
    const { modal, app, image } = await setUp();
    const sandbox = await modal.sandboxes.create(app, image);
    const bytes = new Uint8Array(randomBytes(3_000_000));
    await sandbox.filesystem.writeBytes(bytes, '/data/big');
    expect(Buffer.from(await sandbox.filesystem.readBytes('/data/big')).equals(bytes)).toBe(true);
    expect((await sandbox.filesystem.listFiles('/data')).map(({ name, size }) => [name, size])).toEqual([
      ['big', 3_000_000],
    ]);
    await expect(sandbox.filesystem.readText('/data/none')).rejects.toThrow(/none/);
    await sandbox.terminate({ wait: true });
  });

  it('makes images of containers and finds them by name', async () => {
    const { modal, app, image } = await setUp();
    const sandbox = await modal.sandboxes.create(app, image);
    await sandbox.filesystem.writeText('kept', '/baked/file');
    const snapshot = await sandbox.snapshotFilesystem();
    await snapshot.publish(`baked-${mode}:one`);
    await sandbox.terminate();
    const again = await modal.sandboxes.create(app, await modal.images.fromName(`baked-${mode}:one`));
    expect(await again.filesystem.readText('/baked/file')).toBe('kept');
    await again.terminate();
  });

  it('publishes what is written to a volume when its container ends, and shows it after a reload', async () => {
    const { modal, app, image } = await setUp();
    const volume = await modal.volumes.fromName(`shared-${mode}`, { createIfMissing: true });
    const [one, two] = await Promise.all(
      [0, 1].map(() => modal.sandboxes.create(app, image, { volumes: { '/cache': volume } })),
    );
    expect(await two!.filesystem.listFiles('/cache')).toEqual([]);
    await one!.filesystem.writeText('entry', '/cache/entry');
    await one!.terminate({ wait: true });
    await expect(two!.filesystem.readText('/cache/entry')).rejects.toThrow();
    await two!.reloadVolumes();
    expect(await two!.filesystem.readText('/cache/entry')).toBe('entry');
    await two!.terminate();
  });

  it('passes named and inline secrets on', async () => {
    const { modal, app, image } = await setUp();
    fake.addSecret('api', { API_KEY: 'k1' });
    const secrets = [await modal.secrets.fromName('api'), await modal.secrets.fromObject({ INLINE: 'i1' })];
    const sandbox = await modal.sandboxes.create(app, image, { secrets });
    const printed = await sandbox.exec(['sh', '-c', 'echo $API_KEY $INLINE']);
    expect(await printed.stdout.readText()).toBe('k1 i1\n');
    await sandbox.terminate();
    await expect(modal.secrets.fromName('api', { requiredKeys: ['OTHER'] })).rejects.toThrow(/OTHER/);
  });

  it('finds sandboxes by name and tags, and by name only once', async () => {
    const { modal, app, image } = await setUp();
    const sandbox = await modal.sandboxes.create(app, image, { name: 'mine', tags: { kind: 'test' } });
    expect((await modal.sandboxes.fromName(`bare-${mode}`, 'mine')).sandboxId).toBe(sandbox.sandboxId);
    await expect(modal.sandboxes.create(app, image, { name: 'mine' })).rejects.toThrow(/exists/);
    const tagged: string[] = [];
    for await (const { sandboxId } of modal.sandboxes.list({
      appId: (app as { appId: string }).appId,
      tags: { kind: 'test' },
    })) {
      tagged.push(sandboxId);
    }
    expect(tagged).toEqual([sandbox.sandboxId]);
    expect(await sandbox.getTags()).toEqual({ kind: 'test' });
    await sandbox.terminate({ wait: true });
    await expect(modal.sandboxes.fromName(`bare-${mode}`, 'mine')).rejects.toThrow(/not found/);
  });

  it('keeps the log of the main program and ends with it', async () => {
    const { modal, app, image } = await setUp();
    const sandbox = await modal.sandboxes.create(app, image, {
      command: ['sh', '-c', 'echo main says hello; sleep 0.2; exit 5'],
    });
    expect(await sandbox.stdout.readText()).toBe('main says hello\n');
    expect(await sandbox.wait()).toBe(5);
    const lines: string[] = [];
    for await (const { message } of sandbox.logs.tail()) lines.push(message);
    expect(lines).toEqual(['main says hello\n']);
  });

  it('resumes streams that are cut, and repeats calls that are refused for now', async () => {
    const { modal, app, image } = await setUp();
    const create = mode === 'v1' ? 'SandboxCreate' : 'SandboxCreateV2';
    fake.rpcs.reset();
    fake.rpcs.fail(create);
    fake.rpcs.drop('TaskExecStdioRead', { afterMessages: 1, times: 2 });
    const sandbox = await modal.sandboxes.create(app, image);
    const numbers = await sandbox.exec(['sh', '-c', 'for n in 1 2 3 4; do echo $n; sleep 0.05; done']);
    expect(await numbers.stdout.readText()).toBe('1\n2\n3\n4\n');
    expect(fake.rpcs.count(create)).toBe(2);
    // Once more for each piece that came by itself.
    expect(fake.rpcs.count('TaskExecStdioRead')).toBeGreaterThan(1);
    await sandbox.terminate();
  });

  it('ends a sandbox after its lifetime, when it is idle, and when its machine is taken', async () => {
    const { modal, app, image } = await setUp();
    const short = await modal.sandboxes.create(app, image, { timeoutMs: 1000 });
    expect(await short.wait()).toBe(124);
    const idle = await modal.sandboxes.create(app, image, { idleTimeoutMs: 1000 });
    expect(await idle.wait()).toBe(124);
    const taken = await modal.sandboxes.create(app, image);
    const endless = await taken.exec(['sleep', '100']);
    fake.sandboxes.get(taken.sandboxId)!.preempt();
    expect(await taken.wait()).toBe(137);
    expect(await endless.wait()).toBe(137);
  });
});

describe('the fake cloud', () => {
  it('builds an image once, and tells why it could not', async () => {
    const modal = await fake.client();
    const app = await modal.apps.fromName('building', { createIfMissing: true });
    const { builds } = fake.images;
    const image = () => modal.images.fromRegistry('node:22-slim').dockerfileCommands(['RUN echo once']);
    await image().build(app);
    await image().build(app);
    expect(fake.images.builds - builds).toBeLessThanOrEqual(2);
    const broken = modal.images.fromRegistry('node:22-slim').dockerfileCommands(['RUN echo about to fail; exit 7']);
    const error = await broken.build(app).catch((reason: Error) => reason);
    const [imageId = ''] = /im-\w+/.exec(String(error)) ?? [];
    const log: string[] = [];
    const request = { imageId, timeout: 1, lastEntryId: '', includeLogsForFinished: true };
    for await (const { taskLogs } of modal.cpClient.imageJoinStreaming(request))
      log.push(...taskLogs.map(({ data }) => data));
    expect(log.join('')).toMatch(/about to fail\ncommand exited with code 7/);
  });

  it('runs GPUs on the first kind of sandbox only, and knows their names', async () => {
    const modal = await fake.client('v2');
    const app = await modal.apps.fromName('gpu', { createIfMissing: true });
    const image = modal.images.fromRegistry('node:22-slim');
    const sandbox = await modal.sandboxes.create(app, image, { gpu: 'a100:2' });
    const found = fake.sandboxes.get(sandbox.sandboxId)!.plan;
    expect([found.version, found.resources.gpu]).toEqual([1, { type: 'A100', count: 2 }]);
    await expect(modal.sandboxes.create(app, image, { gpu: 'Z9' })).rejects.toThrow(/unknown gpu/);
    await sandbox.terminate();
  });

  it('refuses with what it was told to refuse with', async () => {
    const modal = await fake.client();
    fake.rpcs.fail('AppGetOrCreate', { code: Status.RESOURCE_EXHAUSTED, details: 'too many apps' });
    await expect(modal.apps.fromName('too-many', { createIfMissing: true })).rejects.toThrow(/too many apps/);
  });
});
