import { createRequire } from 'node:module';
import { join } from 'node:path';
import { types } from 'node:util';
import { UnpackError } from '../../errors.ts';
import { loadModule } from './load-module.ts';
import { isOwnSpecifier, manifestIn, ownPackage, packageName } from './manifest.ts';
import type { Reference } from './reference.ts';
import { resolveBuiltin } from './resolve-builtin.ts';
import { warnOfVersion } from './version-warning.ts';

/**
 * The value that a reference names here.
 *
 * @param base Folder from which packages are looked up.
 * @throws UnpackError `UNPACK_UNRESOLVED` when there is no such module or export.
 */
export function resolveReference(reference: Reference, base: string): unknown {
  switch (reference.form) {
    case 'require':
      return createRequire(join(base, 'index.js'));
    case 'builtin': {
      const value = resolveBuiltin(reference.path);
      if (value === undefined) throw missing(reference.path, 'Run the same version of Node on both sides.');
      return value;
    }
    case 'package': {
      const { module, name, version, through } = reference;
      const value = exportOf(module, name, through, base);
      checkVersion(module, version, base);
      return value;
    }
  }
}

/**
 * An export of a module; a dotted path leads to members of one.
 *
 * @throws UnpackError `UNPACK_UNRESOLVED`
 */
export function exportOf(module: string, name: string, through: 'import' | 'require', base: string): unknown {
  const loaded = load(module, base, through);
  const isNamespace = types.isModuleNamespaceObject(loaded);
  if (name === '*') return isNamespace || through === 'require' ? loaded : { ...loaded, default: loaded };
  if (name === 'default' && !isNamespace) return loaded;
  // What is imported of a CommonJS module shows only those of its exports that could be told without running it.
  const isHidden = isNamespace && !(name.split('.')[0]! in loaded) && 'default' in loaded;
  let at: unknown = isHidden ? loaded.default : loaded;
  for (const step of name.split('.')) {
    if (at === undefined || at === null || !(step in Object(at))) {
      throw missing(`'${name}' of '${module}'`, `Install the same version of ${packageName(module)} on both sides.`);
    }
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

function load(module: string, base: string, through: 'import' | 'require'): object {
  try {
    return loadModule(module, base, through);
  } catch (error) {
    const name = packageName(module);
    const hint = `Install ${name} where the payload is unpacked; in a container: image.npmInstall('${name}').`;
    throw missing(`module '${module}'`, hint, error);
  }
}

function missing(what: string, hint: string, cause?: unknown): UnpackError {
  return new UnpackError('UNPACK_UNRESOLVED', `cannot unpack: the payload needs ${what}, which is not here.`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Another version may behave differently, which is worth knowing and no reason to stop. */
function checkVersion(module: string, expected: string, base: string): void {
  const name = packageName(module);
  const found = expected === '' ? undefined : versionAt(module, name, base);
  if (found !== undefined && found !== expected) warnOfVersion(name, expected, found);
}

function versionAt(module: string, name: string, base: string): string | undefined {
  if (isOwnSpecifier(module)) return ownPackage.version;
  for (const folder of createRequire(join(base, 'index.js')).resolve.paths(name) ?? []) {
    const manifest = manifestIn(join(folder, name));
    if (manifest) return manifest.version;
  }
  return undefined;
}
