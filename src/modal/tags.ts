import { createHash } from 'node:crypto';
import { hostname } from 'node:os';

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
} as const;

/** This machine, without telling its name. */
export const machineTag = createHash('sha256').update(hostname()).digest('hex').slice(0, 16);

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
