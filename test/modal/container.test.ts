import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Status } from 'nice-grpc';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ModalConnection } from '../../src/modal/connection.ts';
import { ModalHost } from '../../src/modal/modal-host.ts';
import { type ModalOptions, modalSettings } from '../../src/modal/modal-options.ts';
import type { Container, ContainerSpec, DeploymentObserver, FunctionDefinition } from '../../src/remote/index.ts';
import { FakeModal } from './fake/fake-modal.ts';

const echo = fileURLToPath(new URL('programs/echo.mjs', import.meta.url));
let fake: FakeModal;
let host: ModalHost;

beforeAll(async () => {
  fake = await FakeModal.start();
});
afterEach(async () => {
  await host.close();
  fake.startDelayMs = 0;
  fake.commits.endMs = 0;
  fake.images.delayMs = 0;
  fake.rpcs.heal();
  await expect.poll(() => fake.running.length).toBe(0);
});
afterAll(() => fake.close());

const spec: ContainerSpec = {
  image: {
    digest: 'echo',
    steps: [
      { kind: 'node', version: '22' },
      { kind: 'add', source: echo, target: '/root/runner.mjs', digest: 'echo-1' },
    ],
  },
  env: {},
  secrets: [],
  volumes: {},
};
const definition = { app: 'containers', name: 'echo' } as FunctionDefinition;

interface Options {
  readonly settings?: ModalOptions;
  readonly spec?: Partial<ContainerSpec>;
  readonly observer?: DeploymentObserver;
  readonly signal?: AbortSignal;
}

function open(mode: 'v1' | 'v2', settings: ModalOptions = {}): void {
  Object.assign(process.env, fake.env(mode));
  host = new ModalHost(new ModalConnection(modalSettings(settings)), '/root/runner.mjs');
}

async function start({
  spec: more = {},
  observer = {},
  signal = new AbortController().signal,
}: Options = {}): Promise<Container> {
  const prepared = await host.prepare({ ...spec, ...more }, observer);
  return host.start(prepared, { definition, observer, signal });
}

/** Reads as many bytes as are expected. */
async function read(container: Container, length: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let missing = length;
  while (missing > 0) {
    const { value, done } = await readers(container).next();
    if (done) break;
    pieces.push(value);
    missing -= value.length;
  }
  return Buffer.concat(pieces);
}

const known = new WeakMap<Container, AsyncIterator<Uint8Array>>();
function readers(container: Container): AsyncIterator<Uint8Array> {
  const reader = known.get(container) ?? container.output[Symbol.asyncIterator]();
  known.set(container, reader);
  return reader;
}

async function ask(container: Container, text: string, length: number): Promise<string> {
  await container.write([Buffer.from(text)]);
  return (await read(container, length)).toString();
}

describe.each(['v1', 'v2'] as const)('a container on Modal, as a %s sandbox', (mode) => {
  it('passes bytes to the runner and back, and what is printed to the observer', async () => {
    open(mode);
    const lines: string[] = [];
    const phases: string[] = [];
    const container = await start({
      observer: {
        onLog: ({ stream, text }) => lines.push(`${stream}: ${text}`),
        onPhase: ({ phase }) => phases.push(phase),
      },
    });
    expect(await ask(container, 'hello', 5)).toBe('hello');
    expect(await ask(container, 'print', 7)).toBe('printed');
    await expect.poll(() => lines).toEqual(['stdout: runner in /root', 'stdout: to stdout', 'stderr: to stderr']);
    expect(phases.filter((phase) => phase !== 'building')).toEqual(['queued', 'starting']);
  });

  it('gives environment, secrets, cores, memory and region to it', async () => {
    open(mode, { cpu: 2 });
    fake.addSecret('api', { API_KEY: 'k' });
    const container = await start({
      spec: {
        env: { MODE: 'test' },
        memory: 512,
        region: 'us-east',
        secrets: [
          { kind: 'named', name: 'api', requiredKeys: ['API_KEY'] },
          { kind: 'values', values: { INLINE: 'i' } },
        ],
      },
    });
    expect(await ask(container, 'env MODE', 4)).toBe('test');
    expect(await ask(container, 'env API_KEY', 1)).toBe('k');
    expect(await ask(container, 'env INLINE', 1)).toBe('i');
    expect(fake.sandboxes.get(container.id)!.plan).toMatchObject({
      resources: { milliCpu: 2000, memoryMb: 512, memoryMbMax: 512 },
      regions: ['us-east'],
      timeoutSecs: 86_400,
    });
  });

  it('sends what is written together with one call, and long content once, as a file', async () => {
    open(mode);
    const container = await start();
    fake.rpcs.reset();
    await Promise.all(Array.from({ length: 1000 }, (_, i) => container.write([Buffer.from(String(i).padStart(5))])));
    expect((await read(container, 5000)).length).toBe(5000);
    expect(fake.rpcs.count('TaskExecStdinWrite')).toBeLessThanOrEqual(3);
    const long = Buffer.alloc(20_000_000, 'long content');
    await container.write([Buffer.from('head'), long]);
    expect((await read(container, long.length + 4)).subarray(4).equals(long)).toBe(true);
    expect(fake.rpcs.count('TaskExecStdinWriteStream')).toBe(1);
    await container.write([long]);
    expect((await read(container, long.length)).equals(long)).toBe(true);
    expect(fake.rpcs.count('TaskExecStdinWriteStream')).toBe(1);
    expect(fake.rpcs.count('TaskExecStdinWrite')).toBeLessThanOrEqual(6);
  });

  it('goes on when the stream of its output is cut', async () => {
    open(mode);
    fake.rpcs.drop('TaskExecStdioRead', { afterMessages: 2, times: 6 });
    const container = await start();
    for (const text of ['one', 'two', 'six', 'ten']) expect(await ask(container, text, 3)).toBe(text);
  });

  it('builds nothing and uploads nothing for the second one of its kind', async () => {
    open(mode);
    await start();
    await host.close();
    fake.rpcs.reset();
    const { builds } = fake.images;
    open(mode);
    await start();
    expect(fake.images.builds).toBe(builds);
    expect(fake.rpcs.count('TaskExecStdinWriteStream')).toBe(0);
    expect(fake.rpcs.count('ImageGetByTag')).toBe(1);
    expect(fake.rpcs.count('ImageGetOrCreate')).toBe(0);
  });

  it('tells how it ended', async () => {
    open(mode);
    const [exits, starved, taken, killed] = await Promise.all([start(), start(), start(), start()]);
    await exits!.write([Buffer.from('exit')]);
    expect(await exits!.exited).toEqual({
      code: 4,
      signal: undefined,
      cause: 'exited',
      lastLines: ['runner in /root'],
    });
    await starved!.write([Buffer.from('out of memory')]);
    expect(await starved!.exited).toMatchObject({ signal: 'SIGKILL', cause: 'out-of-memory' });
    fake.sandboxes.get(taken!.id)!.preempt();
    expect(await taken!.exited).toMatchObject({ cause: 'preempted' });
    await killed!.write([Buffer.from('loop')]);
    await killed!.kill();
    expect(await killed!.exited).toMatchObject({ signal: 'SIGKILL', cause: 'killed' });
    expect((await readers(killed!).next()).done).toBe(true);
  });

  it('knows that it was taken away, however much later Modal tells of its end', async () => {
    open(mode);
    fake.commits.endMs = 4000;
    const container = await start();
    fake.sandboxes.get(container.id)!.preempt();
    expect(await container.exited).toMatchObject({ code: 137, cause: 'preempted' });
  });

  it('sees memory that is used up by the bridge, too', async () => {
    open(mode);
    const container = await start();
    fake.sandboxes.get(container.id)!.killForMemory();
    expect(await container.exited).toMatchObject({ cause: 'out-of-memory' });
  });

  it.runIf(mode === 'v2')('says that it was taken away while it was starting', async () => {
    open(mode);
    await host.prepare(spec, {});
    fake.startDelayMs = 60_000;
    const starting = start().catch((error: unknown) => error);
    await expect.poll(() => fake.running.length).toBe(1);
    fake.running[0]!.preempt();
    expect(await starting).toMatchObject({ code: 'REMOTE_START', message: expect.stringContaining('taken away') });
  });

  it('waits while too many are started at once', async () => {
    open(mode);
    await host.prepare(spec, {});
    const create = mode === 'v1' ? 'SandboxCreate' : 'SandboxCreateV2';
    fake.rpcs.fail(create, { code: Status.RESOURCE_EXHAUSTED, details: 'rate limit', times: 2 });
    expect(await ask(await start(), 'late', 4)).toBe('late');
  });

  it('names the phase in which a start took too long, and leaves nothing behind', async () => {
    open(mode);
    await host.prepare(spec, {});
    fake.startDelayMs = 60_000;
    const phase = mode === 'v1' ? 'queued' : 'starting';
    await expect(start({ spec: { startupTimeout: 8 } })).rejects.toMatchObject({
      code: 'REMOTE_START',
      message: expect.stringMatching(new RegExp(`after 8 s; it was still ${phase}`)),
    });
  });

  it('stops starting when it is told to', async () => {
    open(mode);
    await host.prepare(spec, {});
    fake.startDelayMs = 60_000;
    await expect(start({ signal: AbortSignal.timeout(300) })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('is ended when its host is closed while it waits for a machine', async () => {
    open(mode);
    await host.prepare(spec, {});
    fake.startDelayMs = 60_000;
    const starting = start().catch((error: unknown) => error);
    await expect.poll(() => fake.running.length).toBe(1);
    await host.close();
    expect(fake.running).toEqual([]);
    expect(await starting).toMatchObject({ code: 'REMOTE_START' });
  });

  it('tells a connection that broke off from memory that was used up', async () => {
    open(mode);
    await host.prepare(spec, {});
    fake.rpcs.drop('TaskExecStdioRead', { afterMessages: 2, times: 2 });
    fake.rpcs.fail('TaskExecStdioRead', { code: Status.PERMISSION_DENIED, times: 1000 });
    const container = await start();
    await container.write([Buffer.from('one')]);
    await container.write([Buffer.from('two')]);
    expect(await container.exited).toMatchObject({ cause: 'lost' });
  });

  it('ends by itself when its holder is gone', async () => {
    open(mode, { orphanTimeout: 5 });
    const container = await start();
    // What is gone sends no more signs of life.
    fake.rpcs.fail('TaskExecStdinWrite', { code: Status.PERMISSION_DENIED, times: 1000 });
    await expect.poll(() => fake.running.length).toBe(0);
    expect(await container.exited).toMatchObject({ cause: 'lost' });
  });
});

it('runs commands of several lines, and knows variables of several lines', async () => {
  open('v2');
  const steps = [
    ...spec.image.steps,
    { kind: 'env', variables: { LINES: 'one\ntwo', WORD: 'three "four"' } },
    { kind: 'run', commands: ['mkdir -p /made\n# A remark, which Dockerfiles have, too.\necho "$WORD" > /made/word'] },
  ] as const;
  const container = await start({ spec: { image: { digest: 'lines', steps } } });
  expect(await ask(container, 'env LINES', 7)).toBe('one\ntwo');
  const { world } = fake.sandboxes.get(container.id)!;
  expect(readFileSync(world.path('/made/word'), 'utf8')).toBe('three "four"\n');
});

it('builds its image in another container when the one in which that was done is taken away', async () => {
  open('v2');
  const steps = [...spec.image.steps, { kind: 'env', variables: { FRESH: 'again' } }] as const;
  fake.startDelayMs = 500;
  const starting = start({ spec: { image: { digest: 'again', steps } } });
  const builders = () => fake.running.filter(({ tags }) => tags['hypernodes-kind'] === 'build');
  await expect.poll(() => builders().length, { interval: 5 }).toBe(1);
  builders()[0]!.preempt();
  expect(await ask(await starting, 'env FRESH', 5)).toBe('again');
});

it('reserves what every container costs, also those that are only there for a moment', async () => {
  open('v2');
  const steps = [...spec.image.steps, { kind: 'env', variables: { FRESH: 'image' } }] as const;
  await start({ spec: { image: { digest: 'fresh', steps } } });
  await host.volume({ name: 'reserving', createIfMissing: true, readOnly: false }).list();
  for (const { plan } of fake.sandboxes.values()) {
    expect(plan.resources.milliCpu).toBeGreaterThan(0);
    expect(plan.resources.memoryMb).toBeGreaterThan(0);
    expect(plan.idleTimeoutSecs).toBeGreaterThan(0);
  }
});

describe('what Modal does not give', () => {
  const fails = (more: Partial<ContainerSpec>) =>
    start({ spec: more }).then(
      () => expect.unreachable(),
      (error: unknown) => error,
    );

  it.each([
    ['an unknown GPU', { gpu: 'Z9' }, 'REMOTE_START', /does not know the GPU 'Z9'.*H100/],
    [
      'a secret that is not there',
      { secrets: [{ kind: 'named', name: 'none', requiredKeys: [] }] },
      'REMOTE_START',
      /Secret 'none' not found.*modal\.com\/secrets/,
    ],
    [
      'a volume that is not there',
      { volumes: { '/v': { name: 'none', createIfMissing: false, readOnly: false } } },
      'REMOTE_START',
      /Volume 'none' not found.*createIfMissing/,
    ],
  ] as const)('%s', async (_, more, code, message) => {
    open('v2');
    expect(await fails(more as Partial<ContainerSpec>)).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('an image that cannot be built: the error has the log', async () => {
    open('v2');
    const steps = [
      ...spec.image.steps,
      { kind: 'run', commands: ['echo compiling; echo "no such header" >&2; exit 2'] },
    ] as const;
    expect(await fails({ image: { digest: 'broken', steps } })).toMatchObject({
      code: 'REMOTE_BUILD',
      message: expect.stringMatching(/compiling\nno such header\ncommand exited with code 2/),
    });
  });

  it('a registry image that is not there', async () => {
    open('v2');
    const steps = [{ kind: 'from', registry: 'nowhere/none:1' }] as const;
    expect(await fails({ image: { digest: 'none', steps } })).toMatchObject({
      code: 'REMOTE_BUILD',
      message: expect.stringMatching(/manifest unknown: nowhere\/none:1/),
    });
  });

  it('machines: a lack of GPUs is not an unknown one', async () => {
    open('v2');
    fake.rpcs.fail('SandboxCreate', {
      code: Status.FAILED_PRECONDITION,
      details: 'Insufficient capacity: no GPU is free',
    });
    expect(await fails({ gpu: 'H100' })).toMatchObject({
      code: 'REMOTE_START',
      message: expect.stringMatching(/no machine with the GPU 'H100' while the container was queued.*another GPU/),
    });
  });

  it('an image in time', async () => {
    open('v2', { buildTimeout: 8 });
    fake.images.delayMs = 60_000;
    const steps = [...spec.image.steps, { kind: 'run', commands: ['echo slow'] }] as const;
    expect(await fails({ image: { digest: 'slow', steps } })).toMatchObject({
      code: 'REMOTE_START',
      message: expect.stringMatching(/after 8 s; it was still building.*buildTimeout/),
    });
  });

  it('access, with a wrong token', async () => {
    open('v2', { tokenId: 'ak', tokenSecret: 'wrong' });
    expect(await fails({})).toMatchObject({
      code: 'REMOTE_START',
      message: expect.stringMatching(/Not logged in.*settings\/tokens/s),
    });
  });
});

it('runs on GPUs, which are sandboxes of the first kind', async () => {
  open('v2');
  const container = await start({ spec: { gpu: 'H100:2' } });
  expect(await ask(container, 'gpu', 3)).toBe('gpu');
  expect(fake.sandboxes.get(container.id)!.plan).toMatchObject({
    version: 1,
    resources: { gpu: { type: 'H100', count: 2 } },
  });
});
