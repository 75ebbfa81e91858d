import { readFileSync, realpathSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answersLater as isDeno } from './late-answers.ts';

/** An installed package, and what of it is meant. */
export interface PackageOfFile {
  readonly name: string;
  readonly version: string;
  /** Absolute path of the package's directory. */
  readonly directory: string;
  /** For a file its path in the package (`lib/index.js`), for an import what follows the name (`.`, `./stemmers`). */
  readonly subpath: string;
}

interface Manifest {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly main?: unknown;
  readonly module?: unknown;
  readonly exports?: unknown;
}

const INSTALLED = `${sep}node_modules${sep}`;
/** Where Deno keeps what `npm:` names: `npm/<registry>/@scope/name/1.2.3/…`. */
const DENO_CACHE = /[\\/]npm[\\/][^\\/]+[\\/](?:@[^\\/]+[\\/])?[^\\/]+[\\/]\d+\.\d+\.\d+[^\\/]*[\\/]/;
const isInstalled = (path: string): boolean => path.includes(INSTALLED) || (isDeno && DENO_CACHE.test(path + sep));

const manifests = new Map<string, Manifest | null>();
const imports = new Map<string, PackageOfFile | null>();

/** The installed package that a script belongs to; `undefined` for the user's own files, linked packages included. */
export function packageOfFile(url: string): PackageOfFile | undefined {
  const file = filePath(url);
  if (file === undefined || !isInstalled(file)) return undefined;
  for (let directory = dirname(file); isInstalled(directory); directory = dirname(directory)) {
    const found = packageAt(directory);
    if (found) return { ...found, subpath: relative(directory, file).split(sep).join('/') };
  }
  return undefined;
}

/**
 * The installed package that an import names, seen from the script that imports it (or from the working directory);
 * `undefined` for builtins, relative imports, aliases, and packages that are links to the user's own files.
 */
export function packageOfImport(specifier: string, fromUrl: string | undefined): PackageOfFile | undefined {
  if (isBuiltin(specifier)) return undefined;
  if (specifier.startsWith('npm:')) return packageOfNpmSpecifier(specifier);
  if (/^(?:file:|\/)/.test(specifier)) return packageOfResolved(specifier);
  const [, name, rest] = /^((?:@[^/]+\/)?[^@./#][^/]*)(\/.*)?$/.exec(specifier) ?? [];
  if (name === undefined) return undefined;
  const from = dirname((fromUrl && filePath(fromUrl)) || join(process.cwd(), 'index.js'));
  const known = `${from}\0${specifier}`;
  let found = imports.get(known);
  if (found === undefined) {
    const installed = installedPackage(name, from);
    found = installed ? { ...installed, subpath: rest ? `.${rest}` : '.' } : null;
    imports.set(known, found);
  }
  return found ?? undefined;
}

/** `zod/mini` of Deno's `npm:zod@4/mini`: how Node writes what an import names. */
export function nodeSpecifier(specifier: string): string {
  const [, name, rest = ''] = /^npm:\/?((?:@[^/]+\/)?[^@/]+)(?:@[^/]*)?(\/.*)?$/.exec(specifier) ?? [];
  return name === undefined ? specifier : `${name}${rest}`;
}

function packageOfNpmSpecifier(specifier: string): PackageOfFile | undefined {
  try {
    const found = packageOfFile(import.meta.resolve(specifier));
    return found && { ...found, subpath: `.${nodeSpecifier(specifier).slice(found.name.length)}` };
  } catch {
    return undefined;
  }
}

/** The import behind a path that a loader has already resolved; vite counts from the root of the project. */
function packageOfResolved(path: string): PackageOfFile | undefined {
  const found = packageOfFile(path.startsWith('/node_modules/') ? join(process.cwd(), path) : path);
  return found && { ...found, subpath: publicSubpath(manifest(found.directory) ?? {}, `./${found.subpath}`) };
}

/** The name under which a package gives away a file: `.` for its main file, `./stemmers`; the path itself if it has none. */
function publicSubpath({ exports, main, module }: Manifest, file: string): string {
  const isIt = (target: unknown): boolean => {
    if (typeof target === 'string') return join('.', target) === join('.', file);
    return typeof target === 'object' && target !== null && Object.values(target).some(isIt);
  };
  if (isIt(main ?? './index.js') || isIt(module)) return '.';
  if (typeof exports !== 'object' || exports === null) return isIt(exports) ? '.' : file;
  const subpaths = Object.entries(exports).filter(([key]) => key.startsWith('.'));
  if (subpaths.length === 0) return isIt(exports) ? '.' : file;
  return subpaths.find(([, target]) => isIt(target))?.[0] ?? file;
}

function installedPackage(name: string, from: string): Omit<PackageOfFile, 'subpath'> | undefined {
  const found = folderOfPackage(name, from);
  const real = found && realpathSync(found);
  return real && isInstalled(real) ? packageAt(real) : undefined;
}

/** Folder of the package that code in the folder `from` imports by that name; `undefined` when there is none. */
export function folderOfPackage(name: string, from: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name);
    if (manifest(candidate)) return candidate;
    if (dirname(directory) === directory) return isDeno ? cachedPackage(name, from) : undefined;
  }
}

/** Deno knows where it keeps what a package depends on. */
function cachedPackage(name: string, from: string): string | undefined {
  try {
    return packageOfFile(createRequire(join(from, 'index.js')).resolve(name))?.directory;
  } catch {
    return undefined;
  }
}

function packageAt(directory: string): Omit<PackageOfFile, 'subpath'> | undefined {
  const { name, version } = manifest(directory) ?? {};
  // A nested package.json with `type` alone is no package.
  if (typeof name !== 'string' || typeof version !== 'string') return undefined;
  return { name, version, directory };
}

function manifest(directory: string): Manifest | null {
  let found = manifests.get(directory);
  if (found === undefined) {
    try {
      found = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
    } catch {
      found = null;
    }
    manifests.set(directory, found);
  }
  return found;
}

function filePath(url: string): string | undefined {
  if (url.startsWith('file:')) return fileURLToPath(url.replace(/[?#].*$/, ''));
  return url.startsWith('/') || /^[A-Za-z]:[\\/]/.test(url) ? url : undefined;
}
