import { join } from 'node:path';
import { RemoteError } from '../../errors.ts';
import type { ContainerSpec, SecretSpec } from '../container-spec.ts';
import { openEnvironment } from '../open-environment.ts';
import type { LocalSettings } from './local-options.ts';

/** What of this machine's environment every program needs. */
const NEEDED = ['PATH', 'SystemRoot', 'SYSTEMROOT', 'ComSpec', 'PATHEXT', 'WINDIR'];
/** Proxies, certificates, registry. Proxies may hold passwords: functions do not get them. */
const NETWORK = [
  ...['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy', 'npm_config_registry', 'npm_config_userconfig'].flatMap(
    (name) => [name, name.toUpperCase()],
  ),
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

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
    openEnvironment(imageEnv, spec),
    ...spec.secrets.map((secret) => secretValues(secret, settings)),
    spec.env,
  ) as Record<string, string>;
}

/** The environment of the commands that make an image: the minimum, the user's settings for npm, and how this machine reaches its registries. */
export function buildEnvironment(): Record<string, string> {
  return {
    ...neededEnvironment(),
    HOME: process.env.HOME ?? process.env.USERPROFILE ?? '',
    ...pick(process.env, NETWORK),
  };
}

/** The minimum. */
function neededEnvironment(): Record<string, string> {
  return { LANG: 'C.UTF-8', ...pick(process.env, NEEDED) };
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

function pick(from: Readonly<NodeJS.ProcessEnv>, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])));
}
