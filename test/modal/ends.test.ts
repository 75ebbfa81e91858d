import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ModalProvider } from 'hypernodes/modal';
import { App } from 'hypernodes/remote';
import { Status } from 'nice-grpc';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { certificatesAreSupported, makeCertificate } from './fake/certificate.ts';
import { FakeModal } from './fake/fake-modal.ts';
import { Programs } from './programs.ts';

let fake: FakeModal;
let programs: Programs;

beforeAll(async () => {
  fake = await FakeModal.start();
  Object.assign(process.env, fake.env());
  programs = new Programs(fake.env());
});
afterEach(() => {
  fake.startDelayMs = 0;
  fake.rpcs.heal();
  for (const sandbox of fake.running) sandbox.terminate();
});
afterAll(async () => {
  programs.close();
  await fake.close();
});

/** A program with a container that is there, or is being started. */
const program = (then: string, options = '{}'): string => `
  import { App } from 'hypernodes/remote';
  import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ModalProvider } from 'hypernodes/modal';
  const app = new App('ends', { provider: new ModalProvider(${options}), observer: {} });
  const wait = app.function({ name: 'wait' }, async (ms) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return 'waited';
  });
  ${then}`;

/** Sooner than containers end by themselves, for lack of signs of life. */
const isLeftAlone = { timeout: 45_000 };
const nothingRuns = () => expect.poll(() => fake.running.length, isLeftAlone).toBe(0);

describe('containers end with the program that started them', () => {
  it('when it has nothing more to do', async () => {
    const run = programs.run('done', program(`await wait.remote(0); console.log('ready');`));
    expect(await run.ended).toMatchObject({ code: 0, output: 'ready\n' });
    expect(fake.running).toEqual([]);
  });

  const canCertify = certificatesAreSupported();
  if (!canCertify) console.warn('SKIPPED: connections with TLS. They need openssl.');
  it.skipIf(!canCertify)('when it has nothing more to do, also over TLS, as with Modal itself', async () => {
    const certified = await FakeModal.start(makeCertificate(programs.folder));
    const trusting = new Programs({
      ...certified.env(),
      GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: join(programs.folder, 'certificate.pem'),
    });
    try {
      const run = trusting.run(
        'over-tls',
        program(`await wait.remote(0);
          process.on('beforeExit', () => console.log('nothing more to do'));
          console.log('ready');`),
      );
      // Sooner than its container would be let go for being idle.
      await run.said(/ready/);
      await Promise.race([run.said(/nothing more to do/), sleep(30_000).then(() => expect.unreachable('it stays'))]);
      expect(await run.ended).toMatchObject({ code: 0 });
      expect(certified.running).toEqual([]);
    } finally {
      trusting.close();
      await certified.close();
    }
  });

  it.each([
    ['crashes', `setTimeout(() => { throw new Error('crash'); })`, 1],
    ['has a rejection that nothing handles', `Promise.reject(new Error('unhandled'))`, 1],
    ['exits', 'process.exit(3)', 3],
  ])('when it %s', async (_, how, code) => {
    const run = programs.run('crash', program(`await wait.remote(0); wait.remote(60_000); ${how};`));
    expect(await run.ended).toMatchObject({ code });
    await nothingRuns();
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('when it gets %s', async (signal) => {
    const run = programs.run(
      'signal',
      program(`await wait.remote(0); console.log('ready'); await wait.remote(60_000);`),
    );
    await run.said(/ready/);
    run.process.kill(signal);
    expect(await run.ended).toMatchObject({ signal });
    expect(fake.running).toEqual([]);
  });

  it.each([
    ['is interrupted', 'SIGINT', ''],
    [
      'exits',
      undefined,
      `setInterval(() => globalThis.leave && process.exit(3)); process.on('SIGUSR2', () => { globalThis.leave = true; });`,
    ],
  ] as const)('when it %s while they wait for a machine', async (_, signal, more) => {
    await programs.run('built', program('await wait.remote(0)')).ended;
    fake.startDelayMs = 60_000;
    const run = programs.run('starting', program(`${more} await wait.remote(0);`));
    await expect.poll(() => fake.running.length, isLeftAlone).toBe(1);
    run.process.kill(signal ?? 'SIGUSR2');
    await run.ended;
    await nothingRuns();
  });

  it('by themselves, when it is killed', async () => {
    const run = programs.run(
      'killed',
      program(`await wait.remote(0); console.log('ready'); await wait.remote(60_000);`, '{ orphanTimeout: 5 }'),
    );
    await run.said(/ready/);
    run.process.kill('SIGKILL');
    await nothingRuns();
  });

  it('by themselves, when it is killed before a spawned call is accepted', async () => {
    await programs.run('built', program('await wait.remote(0)')).ended;
    fake.rpcs.fail('TaskExecStdinWriteStream', { times: 1_000_000 });
    const run = programs.run('spawning', program('await wait.spawn(0);', '{ orphanTimeout: 5 }'));
    await expect.poll(() => fake.rpcs.count('TaskExecStdinWriteStream'), isLeftAlone).toBeGreaterThan(2);
    expect(fake.running).toHaveLength(1);
    run.process.kill('SIGKILL');
    await nothingRuns();
  });

  it('at the next start on the same machine, when it was killed; those of others are left alone', async () => {
    const run = programs.run('left', program(`await wait.remote(0); await wait.spawn(60_000); console.log('ready');`));
    await run.said(/ready/);
    const [pooled, spawned] = fake.running as [(typeof fake.running)[number], (typeof fake.running)[number]];
    run.process.kill('SIGKILL');
    await run.ended;
    const modal = await fake.client();
    const elsewhere = await modal.sandboxes.create(
      await modal.apps.fromName('ends'),
      modal.images.fromRegistry('node:22-slim'),
      { tags: { ...pooled.tags, 'hypernodes-machine': 'another' } },
    );
    await using provider = new ModalProvider();
    await new App('ends', { provider, observer: {} }).function(() => 1).remote();
    await provider.close();
    await expect
      .poll(() => fake.running.map(({ id }) => id).sort(), isLeftAlone)
      .toEqual([spawned.id, elsewhere.sandboxId].sort());
  });
});

describe('spawned calls', () => {
  it('survive that their program is killed, and give another one their result', async () => {
    const run = programs.run('spawn', program(`console.log((await wait.spawn(2500)).id); await wait.remote(60_000);`));
    const id = await run.said(/(ends\/call-\S+)/);
    run.process.kill('SIGKILL');
    const other = programs.run(
      'attach',
      `import { FunctionCall } from 'hypernodes/remote';
       import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ModalProvider } from 'hypernodes/modal';
       const call = await FunctionCall.fromId(process.argv[2], new ModalProvider());
       console.log(await call.get());`,
      id,
    );
    expect(await other.ended).toMatchObject({ code: 0, output: 'waited\n' });
  });

  it('are followed further when the connection to them breaks off', async () => {
    await using provider = new ModalProvider();
    const app = new App('ends', { provider, observer: {} });
    const slow = app.function(async (ms: number) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return 'done';
    });
    const call = await slow.spawn(1500);
    fake.rpcs.fail('TaskExecStdioRead', { code: Status.PERMISSION_DENIED, times: 2 });
    expect(await call.get()).toBe('done');
  });
});
