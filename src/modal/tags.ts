import { machineTag } from './machine-tag.ts';
import type { Sdk } from './modal.ts';

/** Tags by which sandboxes of hypernodes are found. */
export const tagNames = {
  /** Every sandbox of hypernodes has it. */
  ours: 'hypernodes',
  /** `pool`, `call`, `volume` or `build`. */
  kind: 'hypernodes-kind',
  machine: 'hypernodes-machine',
  process: 'hypernodes-process',
  function: 'hypernodes-function',
  /** Id of one attempt to start. */
  start: 'hypernodes-start',
  /** Unix time of the start in seconds. */
  since: 'hypernodes-since',
  /** Somebody wanted it to end: what ran in it is not begun anew. */
  unwanted: 'hypernodes-unwanted',
} as const;

/** What every sandbox of this process is marked with. */
export function ownTags(kind: 'pool' | 'call' | 'volume' | 'build', functionName?: string): Record<string, string> {
  return {
    [tagNames.ours]: '1',
    [tagNames.kind]: kind,
    [tagNames.machine]: machineTag,
    [tagNames.process]: String(process.pid),
    [tagNames.since]: String(Math.floor(Date.now() / 1000)),
    ...(functionName !== undefined && { [tagNames.function]: functionName }),
  };
}

/** The sandboxes of one attempt to start; the SDK tells the id of one only when it is scheduled. */
export function sandboxesOfStart(modal: Sdk.ModalClient, appId: string, start: string): AsyncIterable<Sdk.Sandbox> {
  return modal.sandboxes.list({ appId, tags: { [tagNames.start]: start } });
}

/** Ends a sandbox, and lets whoever waits for what runs in it know that this was meant. */
export async function terminateForGood(sandbox: Sdk.Sandbox): Promise<void> {
  try {
    await sandbox.setTags({ ...(await sandbox.getTags()), [tagNames.unwanted]: '1' });
  } catch {
    // Whatever the reason: ending it is what matters.
  }
  await sandbox.terminate();
}

/** Whether a sandbox was meant to end; also when that cannot be found out, since whatever is begun anew costs. */
export async function wasUnwanted(sandbox: Sdk.Sandbox): Promise<boolean> {
  try {
    return tagNames.unwanted in (await sandbox.getTags());
  } catch {
    return true;
  }
}
