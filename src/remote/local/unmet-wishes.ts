import { RemoteError } from '../../errors.ts';
import type { ContainerSpec } from '../container-spec.ts';
import { needsTsx, tsxModule } from './typescript.ts';

const warned = new Set<string>();

/**
 * Says what of a container's description means nothing on this machine, and what happens instead.
 *
 * @param strict Refuse instead of going on.
 * @throws RemoteError `REMOTE_BUILD` if strict.
 */
export function tellUnmetWishes(spec: ContainerSpec, { strict }: { readonly strict: boolean }): void {
  const wishes = unmetWishes(spec);
  if (wishes.length === 0) return;
  const text = `LocalProvider cannot honour all that was asked for: ${wishes.join('; ')}.`;
  if (strict) {
    throw new RemoteError('REMOTE_BUILD', text, { hint: 'Leave it out, or use a provider that has it.' });
  }
  if (warned.has(text)) return;
  warned.add(text);
  process.emitWarning(text, { code: 'HYPERNODES_LOCAL_UNMET' });
}

function unmetWishes({ image, gpu, region, volumes }: ContainerSpec): readonly string[] {
  const wishes: string[] = [];
  if (gpu !== undefined) wishes.push(`gpu '${gpu}' (it runs on this machine's CPU)`);
  if (region !== undefined) wishes.push(`region '${region}' (it runs on this machine)`);
  for (const step of image.steps) {
    if (step.kind === 'from') wishes.push(`image '${step.registry}' (it runs on this machine's system)`);
    if (step.kind === 'apt-install') {
      wishes.push(`aptInstall ${step.packages.join(', ')} (what is installed on this machine is used)`);
    }
    if (step.kind === 'node' && majorOf(step.version) !== majorOf(process.version)) {
      wishes.push(`Node ${step.version} (it runs on ${process.version})`);
    }
  }
  if (needsTsx(image) && tsxModule() === undefined) {
    wishes.push(`TypeScript files (${process.version} cannot load them; install tsx, or use Node 22.18 or later)`);
  }
  for (const [path, volume] of Object.entries(volumes)) {
    if (volume.readOnly) wishes.push(`read-only volume '${volume.name}' at ${path} (it can be written to)`);
  }
  return wishes;
}

function majorOf(version: string): string | undefined {
  return /\d+/.exec(version)?.[0];
}
