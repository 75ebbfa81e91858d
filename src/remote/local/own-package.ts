import { readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderOfPackage } from '../../inspect/index.ts';

/** Folder of this library. */
const ownFolder = fileURLToPath(new URL('../', import.meta.url));
/** Part of packages, but not of running them. */
const UNNEEDED = /[\\/]node_modules$|\.(map|md|markdown|d\.[cm]?ts)$/;

/**
 * The folder of this library, where Node finds what it depends on. Deno keeps each package that `npm:` names in a folder of
 * its own, where only Deno finds the others: then it is a copy, laid out for Node in `folder`.
 */
export async function ownPackageForNode(folder: string): Promise<string> {
  const isLaidOut = dependenciesOf(ownFolder).every((name) =>
    folderOfPackage(name, ownFolder)?.endsWith(join('node_modules', name)),
  );
  if (isLaidOut) return ownFolder;
  const modules = join(folder, 'own/node_modules');
  await copyPackage('hypernodes', ownFolder, modules, { modules, copied: new Map() });
  return join(modules, 'hypernodes');
}

async function copyPackage(
  name: string,
  from: string,
  place: string,
  all: { readonly modules: string; readonly copied: Map<string, string> },
): Promise<void> {
  const target = join(place, name);
  all.copied.set(target, from);
  await cp(from, target, { recursive: true, dereference: true, filter: (path) => !UNNEEDED.test(path) });
  for (const dependency of dependenciesOf(from)) {
    const found = folderOfPackage(dependency, from);
    const known = all.copied.get(join(all.modules, dependency));
    if (found === undefined || known === found) continue;
    // A version that only this package uses stays within it.
    await copyPackage(dependency, found, known === undefined ? all.modules : join(target, 'node_modules'), all);
  }
}

function dependenciesOf(folder: string): readonly string[] {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys(dependencies);
}
