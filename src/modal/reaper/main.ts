/** Ends the sandboxes of a process that had no time for it; started when that one exits. */
import { ModalConnection } from '../connection.ts';
import { sandboxesOfStart } from '../tags.ts';
import { type Leftover, type LeftoversOfClient, leftoverVariable } from './leftovers.ts';

async function end(connection: ModalConnection, leftover: Leftover): Promise<void> {
  const modal = await connection.client();
  if ('sandboxId' in leftover) {
    const sandbox = await modal.sandboxes.fromId(leftover.sandboxId);
    await sandbox.terminate();
  } else {
    for await (const sandbox of sandboxesOfStart(modal, leftover.appId, leftover.start)) await sandbox.terminate();
  }
}

const all = JSON.parse(process.env[leftoverVariable] ?? '[]') as LeftoversOfClient[];
await Promise.all(
  all.map(async ({ settings, leftovers }) => {
    const connection = new ModalConnection(settings);
    // Those that cannot be ended end by themselves.
    await Promise.allSettled(leftovers.map((leftover) => end(connection, leftover)));
    await connection.close();
  }),
);
