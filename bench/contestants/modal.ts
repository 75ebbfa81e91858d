import { rmSync } from 'node:fs';
import { ModalProvider } from 'hypernodes/modal';
import { App } from 'hypernodes/remote';
import { FakeModal } from '../../test/modal/fake/fake-modal.ts';
import type { Program } from '../harness/case.ts';
import { range } from './workloads.ts';

/** A cloud of Modal on this machine, which the real SDK talks to; its containers are processes. */
async function modalApp(containers: number): Promise<App> {
  const fake = await FakeModal.start();
  Object.assign(process.env, fake.env());
  process.once('exit', () => rmSync(fake.directory, { recursive: true, force: true }));
  return new App('bench', {
    provider: new ModalProvider(),
    observer: {},
    minContainers: containers,
    maxContainers: containers,
  });
}

/** A call to a sandbox that is there. */
export async function warmCall(): Promise<Program> {
  const remote = (await modalApp(1)).function((x: number) => x);
  await remote.remote(1);
  return () => remote.remote(1);
}

/** Calls that wait for a millisecond, in so many sandboxes. */
export async function map(items: number, containers: number): Promise<Program> {
  const remote = (await modalApp(containers)).function(async (_: number) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return process.pid;
  });
  // All of them must be there before anything is measured.
  const seen = new Set<number>();
  while (seen.size < containers) for await (const pid of remote.map(range(containers * 50))) seen.add(pid);
  return async () => {
    let count = 0;
    for await (const _ of remote.map(range(items))) count++;
    return count;
  };
}
