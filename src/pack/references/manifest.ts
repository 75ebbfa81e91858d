import { readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What of a package's `package.json` matters for finding its modules. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly exports?: Exports;
}

/** The `exports` field: targets by path, by condition, or in the order of trying. */
export type Exports = string | null | readonly Exports[] | { readonly [key: string]: Exports };

const manifests = new Map<string, Manifest | null>();

/** The `package.json` in that very folder. */
export function manifestIn(folder: string): Manifest | undefined {
  let manifest = manifests.get(folder);
  if (manifest === undefined) {
    try {
      manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    } catch {
      manifest = null;
    }
    manifests.set(folder, manifest);
  }
  return manifest ?? undefined;
}

/** The package that this code belongs to, also when it runs from its own repository. */
export const ownPackage: { readonly name: string; readonly version: string; readonly folder: string } = findOwn();

function findOwn(): { name: string; version: string; folder: string } {
  const file = fileURLToPath(import.meta.url);
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = manifestIn(folder);
    if (manifest?.name) return { name: manifest.name, version: manifest.version ?? '', folder };
  }
  return { name: 'hypernodes', version: '', folder: dirname(file) };
}

/** Whether a script is part of this library. */
export function isOwnScript(url: string): boolean {
  const { folder } = ownPackage;
  return url.startsWith('file:') && fileURLToPath(url.replace(/[?#].*$/, '')).startsWith(`${folder}${sep}dist${sep}`);
}

/** Whether a specifier means this library. */
export function isOwnSpecifier(specifier: string): boolean {
  return specifier === ownPackage.name || specifier.startsWith(`${ownPackage.name}/`);
}

/** `natural` of `natural/lib/x`, `@scope/name` of `@scope/name/x`. */
export function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
