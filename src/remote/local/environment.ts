import { join } from 'node:path';
import { RemoteError } from '../../errors.ts';
import type { ContainerSpec, SecretSpec } from '../container-spec.ts';
import type { LocalSettings } from './local-options.ts';

/** What of this machine's environment every program needs. */
const NEEDED = ['PATH', 'SystemRoot', 'SYSTEMROOT', 'ComSpec', 'PATHEXT', 'WINDIR'];

/**
 * The environment of a container: what the image, the function and its secrets declare, and nothing else of this process.
 *
 * @throws RemoteError `REMOTE_START` for a secret that is not here.
 */
export function environmentOf(
  spec: ContainerSpec,
  imageEnv: Readonly<Record<string, string>>,
  settings: LocalSettings,
): Record<string, string> {
  return Object.assign(
    neededEnvironment(),
    imageEnv,
    ...spec.secrets.map((secret) => secretValues(secret, settings)),
    spec.env,
  ) as Record<string, string>;
}

/** The minimum. */
export function neededEnvironment(): Record<string, string> {
  const needed: Record<string, string> = { LANG: 'C.UTF-8' };
  for (const name of NEEDED) {
    const value = process.env[name];
    if (value !== undefined) needed[name] = value;
  }
  return needed;
}

/** Folders of its own for what programs keep by themselves. */
export function ownFolders(world: string): Record<string, string> {
  return { HOME: world, TMPDIR: join(world, 'tmp') };
}

function secretValues(secret: SecretSpec, { secrets }: LocalSettings): Readonly<Record<string, string>> {
  if (secret.kind === 'values') return secret.values;
  const { name, requiredKeys } = secret;
  const own = secrets[name];
  const found = own ?? pick(process.env, requiredKeys);
  const missing = requiredKeys.filter((key) => found[key] === undefined);
  if (missing.length === 0 && (own || requiredKeys.length > 0)) return found;
  const what = own ? `has no ${missing.join(', ')}` : 'is not known on this machine';
  throw new RemoteError('REMOTE_START', `The secret '${name}' ${what}.`, {
    hint: `Give it: new LocalProvider({ secrets: { ${JSON.stringify(name)}: { … } } }).`,
  });
}

function pick(from: NodeJS.ProcessEnv, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])));
}
