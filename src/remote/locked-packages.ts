import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from '../errors.ts';

/** What a project depends on, as it can be installed away from it. */
export interface LockedPackages {
  readonly manifest: string;
  readonly lock: string;
  /** Packages that are folders of this machine; absolute. */
  readonly folders: readonly string[];
}

type Versions = Record<string, string>;

interface Package {
  dependencies?: Versions;
  devDependencies?: Versions;
  optionalDependencies?: Versions;
  workspaces?: unknown;
  resolved?: string;
  link?: boolean;
}

interface Lock {
  packages?: Record<string, Package>;
}

const OWN_NAME = 'hypernodes';
const MODULES = 'node_modules/';
const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

/**
 * The manifest and the lock file of a project, without what only makes sense in its folder: workspaces, and paths relative to it.
 * What installs them brings hypernodes itself.
 *
 * @throws InputError `INPUT_INVALID` for a file that is no JSON.
 */
export function lockedPackages(project: string): LockedPackages {
  const manifest = readJson<Package>(join(project, 'package.json'));
  const lock = readJson<Lock>(join(project, 'package-lock.json'));
  const { packages = {} } = lock;
  const roots = [manifest, packages[''] ?? {}];
  const folders: string[] = [];
  for (const [place, { link, resolved = '' }] of Object.entries(packages)) {
    const name = place.slice(MODULES.length);
    if (!link || !place.startsWith(MODULES)) continue;
    if (isWanted(name, manifest)) {
      folders.push(resolve(project, resolved));
      // What it needs is installed beside it.
      for (const root of roots) root.dependencies = { ...packages[resolved]?.dependencies, ...root.dependencies };
    }
    delete packages[place];
    for (const root of roots) forget(name, root);
  }
  for (const [place, entry] of Object.entries(packages)) {
    if (place === '') continue;
    const isOwn = `${place}/`.startsWith(`${MODULES}${OWN_NAME}/`);
    if (isOwn || !place.startsWith(MODULES)) delete packages[place];
    else if (entry.resolved?.startsWith('file:')) entry.resolved = absolute(entry.resolved, project);
  }
  for (const root of roots) {
    delete root.workspaces;
    forget(OWN_NAME, root);
    for (const group of GROUPS) {
      for (const [name, version] of Object.entries(root[group] ?? {})) {
        if (version.startsWith('file:')) root[group]![name] = absolute(version, project);
      }
    }
  }
  return { manifest: JSON.stringify(manifest), lock: JSON.stringify(lock), folders };
}

const isWanted = (name: string, { dependencies, optionalDependencies }: Package): boolean =>
  name !== OWN_NAME && [dependencies, optionalDependencies].some((group) => group?.[name] !== undefined);

function forget(name: string, root: Package): void {
  for (const group of GROUPS) delete root[group]?.[name];
}

const absolute = (version: string, project: string): string =>
  `file:${resolve(project, version.slice('file:'.length))}`;

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch (cause) {
    throw new InputError('INPUT_INVALID', `Image.npmInstall: ${path} cannot be read as JSON.`, { path, cause });
  }
}
