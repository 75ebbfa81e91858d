import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { types } from 'node:util';
import {
  type ImportSource,
  isLoadedFile,
  nodeSpecifier,
  packageOfFile,
  packageOfImport,
  sourceText,
} from '../../inspect/index.ts';
import { scriptUrl } from '../function-facts.ts';
import { isReduced } from '../symbols.ts';
import { subpaths, targetsOf } from './exports-map.ts';
import { loadModule } from './load-module.ts';
import { isOwnScript, isOwnSpecifier, type Manifest, manifestIn, ownPackage } from './manifest.ts';
import type { Reference } from './reference.ts';

const known = new WeakMap<object, Reference | null>();

/** Remembers what an import in the user's code called a value: the other side will find it in the same way. */
export function learnImport(value: unknown, source: ImportSource, importer: string | undefined): void {
  const { name } = source;
  const specifier = nodeSpecifier(source.specifier);
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || known.get(value)) return;
  const version = versionOf(specifier, source.specifier, importer);
  if (version === undefined) return;
  const through = isInterop(value) ? 'import' : source.through;
  known.set(value, { form: 'package', module: specifier, name, version, through });
}

/** Whether an import in the user's code gave this value. */
export const isImported = (value: object): boolean => known.get(value) != null;

/** Whether a compiler wrapped what `require` gave, so that it looks like what `import` gives: `__toESM(require('x'))`. */
function isInterop(value: object): boolean {
  return Object.hasOwn(value, 'default') && !Object.hasOwn(value, '__esModule');
}

/** `undefined` for what is no package. Modules of Node have the version of the Node that runs. */
function versionOf(specifier: string, written: string, importer: string | undefined): string | undefined {
  if (isBuiltin(specifier)) return '';
  return isOwnSpecifier(specifier) ? ownPackage.version : packageOfImport(written, importer)?.version;
}

/** The export of a package that a value is; `undefined` for the user's own code and for what is not exported. */
export function packageReference(value: object): Reference | undefined {
  let reference = known.get(value);
  // What says itself how it is made again need not be searched for, which would load the whole package.
  if (reference === undefined && typeof value === 'function' && !isReduced(value)) {
    reference = findExport(value) ?? null;
    known.set(value, reference);
  }
  return reference ?? undefined;
}

function findExport(value: Function): Reference | undefined {
  const url = scriptUrl(value);
  if (url === undefined) return undefined;
  const isOwn = isOwnScript(url);
  const owner = isOwn ? { ...ownPackage, directory: ownPackage.folder } : packageOfFile(url);
  const manifest = owner && manifestIn(owner.directory);
  if (!manifest) return undefined;
  for (const subpath of subpaths(manifest)) {
    // Programs of this library load parts of it only.
    if (!isOwn && !isLoaded(manifest, subpath, owner.directory)) continue;
    const module = `${owner.name}${subpath.slice(1)}`;
    const name = exportName(module, owner.directory, value);
    if (name !== undefined) {
      return { form: 'package', module, name, version: owner.version, through: 'import' };
    }
  }
  return undefined;
}

/** Whether the module behind a subpath has been loaded already: others are not loaded to be searched, they may do things. */
function isLoaded({ exports }: Manifest, subpath: string, folder: string): boolean {
  return exports == null || targetsOf(exports, subpath).some((target) => isLoadedFile(join(folder, target)));
}

function exportName(module: string, folder: string, value: Function): string | undefined {
  let loaded: object;
  try {
    loaded = loadModule(module, folder);
  } catch {
    return undefined;
  }
  for (const [name, { value: exported, get }] of Object.entries(Object.getOwnPropertyDescriptors(loaded))) {
    // Getters may load more of the package: only the most promising one is asked.
    const found: unknown = get && name === value.name ? get.call(loaded) : exported;
    if (isSame(found, value)) return name;
  }
  return !types.isModuleNamespaceObject(loaded) && isSame(loaded, value) ? 'default' : undefined;
}

/** The same function, or that of another copy: packages come in two builds, and some loaders load them twice. */
function isSame(exported: unknown, value: Function): boolean {
  if (exported === value) return true;
  if (typeof exported !== 'function' || exported.name !== value.name || value.name === '') return false;
  const [theirs, ours] = [sourceText(exported), sourceText(value)];
  return theirs === ours || (theirs?.startsWith('class') === true && ours?.startsWith('class') === true);
}
