import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';

/**
 * What process ids of this machine can be told apart by, without telling its name: a process id says nothing on another
 * machine, and two of one workspace may well have the same host name.
 */
export const machineTag = createHash('sha256').update(identity().join('\n')).digest('hex').slice(0, 16);

function identity(): readonly string[] {
  // Linux names each boot, and each space of process ids: that of a container is its own.
  const boot = orNothing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  if (boot !== '') return [hostname(), boot, orNothing(() => readlinkSync('/proc/self/ns/pid'))];
  const addresses = Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({ internal }) => !internal).map(({ mac }) => mac),
  );
  return [hostname(), ...new Set(addresses.sort())];
}

function orNothing(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
