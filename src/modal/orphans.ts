import type { Sdk } from './modal.ts';
import { machineTag, tagNames } from './tags.ts';

/**
 * Ends the sandboxes of an app that processes of this machine left behind when they crashed. Those of other machines
 * end by themselves, and spawned calls are meant to outlive their process.
 */
export async function sweepOrphans(modal: Sdk.ModalClient, app: Sdk.App): Promise<void> {
  const tags = { [tagNames.kind]: 'pool', [tagNames.machine]: machineTag };
  try {
    for await (const sandbox of modal.sandboxes.list({ appId: app.appId, tags })) {
      const owner = Number((await sandbox.getTags())[tagNames.process]);
      if (!isRunning(owner)) await sandbox.terminate();
    }
  } catch {
    // Sweeping is a courtesy: no call fails because of it, and orphans end by themselves.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
