import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';

type AnyFunction = (...args: unknown[]) => unknown;

/** Functions of `node:fs`, without the `Sync` that some names end in, by how many of their first arguments are paths. */
const PATHS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    ...['copyFile', 'cp', 'link', 'rename', 'symlink'].map((name) => [name, 2]),
    ...['access', 'appendFile', 'chmod', 'chown', 'createReadStream', 'createWriteStream', 'exists', 'lchmod'],
    ...['lchown', 'lstat', 'lutimes', 'mkdir', 'mkdtemp', 'open', 'openAsBlob', 'opendir', 'readFile', 'readdir'],
    ...['readlink', 'realpath', 'rm', 'rmdir', 'stat', 'statfs', 'truncate', 'unlink', 'unwatchFile', 'utimes'],
    ...['watch', 'watchFile', 'writeFile'],
  ].map((entry) => (typeof entry === 'string' ? [entry, 1] : entry)),
);

/**
 * Lets code see folders of this machine at other absolute paths, for all that goes through `node:fs`.
 *
 * Without the rights to mount this is as near as a process gets to a file system of its own. Programs that code starts,
 * and native code, see the machine as it is.
 *
 * @param paths Places of this machine by the path at which code sees them.
 */
export function mapPaths(paths: Readonly<Record<string, string>>): void {
  // The longest first: of two that fit, the nearer one counts.
  const entries = Object.entries(paths).sort(([a], [b]) => b.length - a.length);
  if (entries.length === 0) return;
  const map = (path: unknown): unknown => {
    const text = textOf(path);
    if (text === undefined || entries.some(([, place]) => isWithin(place, text))) return path;
    const entry = entries.find(([seen]) => isWithin(seen, text));
    return entry ? `${entry[1]}${text.slice(entry[0].length)}` : path;
  };
  wrapAll(fs as unknown as Record<string, unknown>, map);
  wrapAll(fs.promises as unknown as Record<string, unknown>, map);
  syncBuiltinESMExports();
  process.chdir = wrap(process.chdir as AnyFunction, 1, map) as typeof process.chdir;
}

function isWithin(folder: string, path: string): boolean {
  return path.startsWith(folder) && (path.length === folder.length || path[folder.length] === '/');
}

function textOf(path: unknown): string | undefined {
  if (typeof path === 'string') return path;
  if (path instanceof URL) return path.protocol === 'file:' ? fileURLToPath(path) : undefined;
  return Buffer.isBuffer(path) ? path.toString('utf8') : undefined;
}

function wrapAll(module: Record<string, unknown>, map: (path: unknown) => unknown): void {
  for (const [name, value] of Object.entries(module)) {
    const count = PATHS[name.replace(/Sync$/, '')];
    if (count !== undefined && typeof value === 'function') module[name] = wrap(value as AnyFunction, count, map);
  }
}

function wrap(original: AnyFunction, count: number, map: (path: unknown) => unknown): AnyFunction {
  const wrapped = function (this: unknown, ...args: unknown[]): unknown {
    for (let at = 0; at < Math.min(count, args.length); at++) args[at] = map(args[at]);
    return Reflect.apply(original, this, args);
  };
  // What hangs on a function is kept, such as the promise form of `exists`.
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
  const { native } = original as { readonly native?: AnyFunction };
  if (native) Object.defineProperty(wrapped, 'native', { value: wrap(native, count, map) });
  return wrapped;
}
