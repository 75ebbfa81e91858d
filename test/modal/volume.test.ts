import { ModalProvider } from 'hypernodes/modal';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { thrownBy } from '../thrown-by.ts';
import { FakeModal } from './fake/fake-modal.ts';

let fake: FakeModal;
let provider: ModalProvider;

beforeAll(async () => {
  fake = await FakeModal.start();
});
afterEach(async () => {
  Object.assign(fake.commits, { nowAndThen: true, endMs: 0 });
  await provider.close();
});
afterAll(() => fake.close());

describe.each(['v1', 'v2'] as const)('a volume on Modal, reached through %s sandboxes', (mode) => {
  function open(name: string) {
    Object.assign(process.env, fake.env(mode));
    provider = new ModalProvider();
    return provider.volume({ name: `${name}-${mode}`, createIfMissing: true, readOnly: false });
  }

  it('gives back what was put, lists it with sizes, and removes it', async () => {
    const volume = open('files');
    await volume.put('folder/a', Buffer.from('first'));
    await volume.put('b', Buffer.from('second one'));
    expect(Buffer.from(await volume.get('folder/a')).toString()).toBe('first');
    expect([...(await volume.list())].sort((a, b) => (a.path < b.path ? -1 : 1))).toMatchObject([
      { path: 'b', kind: 'file', size: 10 },
      { path: 'folder', kind: 'directory' },
    ]);
    expect(await volume.list('folder')).toMatchObject([{ path: 'folder/a', size: 5 }]);
    await volume.remove('folder');
    expect((await volume.list()).map(({ path }) => path)).toEqual(['b']);
  });

  it('is visible elsewhere after a commit, and goes on afterwards', async () => {
    const volume = open('shared');
    await volume.put('entry', Buffer.from('one'));
    await volume.commit();
    const other = provider.volume({ name: `shared-${mode}`, createIfMissing: false, readOnly: true });
    expect(Buffer.from(await other.get('entry')).toString()).toBe('one');
    await volume.put('later', Buffer.from('two'));
    await volume.commit();
    await other.reload();
    expect(Buffer.from(await other.get('later')).toString()).toBe('two');
  });

  it('leaves no container behind', async () => {
    await open('short').put('x', new Uint8Array([1]));
    await provider.close();
    await expect.poll(() => fake.running.length).toBe(0);
  });

  it('goes on in another container when the one it had is taken away', async () => {
    const volume = open('taken');
    await volume.put('kept', Buffer.from('kept'));
    for (const sandbox of fake.running) sandbox.preempt();
    await expect.poll(() => fake.running.length).toBe(0);
    expect(Buffer.from(await volume.get('kept')).toString()).toBe('kept');
  });

  it('waits for what a container publishes that does nothing any more, but whose end Modal tells only later', async () => {
    Object.assign(fake.commits, { nowAndThen: false, endMs: 2500 });
    const volume = open('ending');
    await volume.put('kept', Buffer.from('kept'));
    fake.running[0]!.preempt();
    const [kept, listed] = await Promise.all([volume.get('kept'), volume.list()]);
    expect([Buffer.from(kept).toString(), listed.map(({ path }) => path)]).toEqual(['kept', ['kept']]);
    fake.running[0]!.preempt();
    await volume.reload();
    expect((await volume.list()).map(({ path }) => path)).toEqual(['kept']);
  });

  it('was committed when its container has ended by itself, because it was idle', async () => {
    Object.assign(fake.commits, { nowAndThen: false, endMs: 1500 });
    const volume = open('idle');
    await volume.put('kept', Buffer.from('kept'));
    fake.running[0]!.endIdle();
    await volume.commit();
    const other = provider.volume({ name: `idle-${mode}`, createIfMissing: false, readOnly: true });
    expect(Buffer.from(await other.get('kept')).toString()).toBe('kept');
  });

  it('says that what was written may be lost when its container was taken away before it was committed', async () => {
    const volume = open('lost');
    await volume.put('unsure', Buffer.from('unsure'));
    fake.running[0]!.preempt();
    await volume.list();
    expect(await thrownBy(() => volume.commit())).toMatchObject({
      code: 'REMOTE_CRASHED',
      message: expect.stringContaining(`'lost-${mode}'`),
    });
    await volume.put('unsure', Buffer.from('again'));
    await volume.commit();
    expect(Buffer.from(await volume.get('unsure')).toString()).toBe('again');
  });

  it('needs no container to refuse a path that leads out of it', async () => {
    await expect(open('inside').get('../outside')).rejects.toThrow(/outside|out of/);
    expect(fake.running).toEqual([]);
  });
});
