import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { processRegistry } from '../process-registry.ts';
import { importTarget } from './exports-map.ts';
import { isOwnSpecifier, manifestIn, packageName } from './manifest.ts';

/** Modules that were imported ahead of time, by base and specifier. */
const preloaded = processRegistry('modules', () => new Map<string, object>());

/**
 * What a module exports: the namespace of an ES module, or `module.exports`.
 *
 * @param specifier As one imports it, without a path.
 * @param base Folder from which packages are looked up.
 * @throws Whatever loading the module throws.
 */
export function loadModule(specifier: string, base: string, through: 'import' | 'require' = 'import'): object {
  const known = through === 'import' ? preloaded.get(preloadKey(specifier, base)) : undefined;
  if (known) return known;
  const require = requireFor(specifier, base);
  try {
    return require(specifier) as object;
  } catch (error) {
    const isForImport = (error as { code?: string }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED';
    const file = isForImport ? importedFile(require, specifier) : undefined;
    if (file === undefined) throw error;
    return require(file) as object;
  }
}

/** Imports a module ahead of time, as `import` would; what cannot be found fails later, when it is needed. */
export async function preloadModule(specifier: string, base: string): Promise<void> {
  const key = preloadKey(specifier, base);
  if (preloaded.has(key)) return;
  try {
    const require = requireFor(specifier, base);
    // By its name, the library itself is the same module that the program imports.
    const target = isOwnSpecifier(specifier)
      ? specifier
      : pathToFileURL(importedFile(require, specifier) ?? require.resolve(specifier)).href;
    preloaded.set(key, (await import(target)) as object);
  } catch {
    // Then `loadModule` fails too, and says what for.
  }
}

function preloadKey(specifier: string, base: string): string {
  return isOwnSpecifier(specifier) ? specifier : `${base}\0${specifier}`;
}

function requireFor(specifier: string, base: string): NodeJS.Require {
  return createRequire(isOwnSpecifier(specifier) ? import.meta.url : join(base, 'index.js'));
}

function importedFile(require: NodeJS.Require, specifier: string): string | undefined {
  const name = packageName(specifier);
  const folders = isOwnSpecifier(specifier) ? [] : (require.resolve.paths(specifier) ?? []);
  for (const folder of folders) {
    const manifest = manifestIn(join(folder, name));
    if (!manifest) continue;
    const target = importTarget(manifest, `.${specifier.slice(name.length)}`);
    return target === undefined ? undefined : join(folder, name, target);
  }
  return undefined;
}
