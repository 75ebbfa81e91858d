import { machineTag } from './machine-tag.ts';
import type { Sdk } from './modal.ts';
import { tagNames } from './tags.ts';

/**
 * Ends the sandboxes of an app that processes of this machine left behind when they crashed. Those of other machines
 * end by themselves, and spawned calls are meant to outlive their process.
 */
export async function sweepOrphans(modal: Sdk.ModalClient, app: Sdk.App): Promise<void> {
  const ofThisMachine = { [tagNames.ours]: '1', [tagNames.machine]: machineTag };
  try {
    for await (const sandbox of modal.sandboxes.list({ appId: app.appId, tags: ofThisMachine })) {
      // Some may end meanwhile.
      await endIfLeft(sandbox).catch(() => undefined);
      sandbox.detach();
    }
  } catch {
    // Sweeping is a courtesy: no call fails because of it, and orphans end by themselves.
  }
}

async function endIfLeft(sandbox: Sdk.Sandbox): Promise<void> {
  const tags = await sandbox.getTags();
  if (tags[tagNames.kind] !== 'call' && !isRunning(Number(tags[tagNames.process]))) await sandbox.terminate();
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
