import type { Exports, Manifest } from './manifest.ts';

/** The conditions under which an `import` finds a file. */
const conditions = new Set(['node', 'import', 'module-sync', 'default']);

/** The file, from the package's folder, that an `import` of this subpath (`.`, `./cache`) finds. */
export function importTarget({ exports }: Manifest, subpath: string): string | undefined {
  if (exports === undefined || exports === null) return undefined;
  if (!hasPaths(exports)) return subpath === '.' ? conditional(exports) : undefined;
  const exact = Object.hasOwn(exports, subpath) ? exports[subpath] : undefined;
  if (exact !== undefined) return conditional(exact);
  for (const [pattern, target] of Object.entries(exports)) {
    const [before = '', after] = pattern.split('*');
    if (after === undefined || !subpath.startsWith(before) || !subpath.endsWith(after)) continue;
    return conditional(target)?.replaceAll('*', subpath.slice(before.length, subpath.length - after.length));
  }
  return undefined;
}

/** The ways into a package that lead to code, the main one first; those with a pattern are not among them. */
export function subpaths({ exports }: Manifest): string[] {
  if (exports === undefined || !hasPaths(exports)) return ['.'];
  return ['.', ...Object.keys(exports).filter((path) => path.startsWith('./') && !/\*|\.json$/.test(path))];
}

/** Every file, from the package's folder, that a subpath may lead to, under whatever conditions. */
export function targetsOf(exports: Exports, subpath: string): readonly string[] {
  if (typeof exports === 'string') return subpath === '.' ? [exports] : [];
  if (!hasPaths(exports)) return subpath === '.' ? leaves(exports) : [];
  return Object.hasOwn(exports, subpath) ? leaves(exports[subpath]!) : [];
}

function leaves(target: Exports): readonly string[] {
  if (typeof target === 'string') return [target];
  return target === null ? [] : Object.values(target).flatMap((option: Exports) => leaves(option));
}

function hasPaths(exports: Exports): exports is Readonly<Record<string, Exports>> {
  return typeof exports === 'object' && exports !== null && Object.keys(exports).some((key) => key.startsWith('.'));
}

function conditional(target: Exports): string | undefined {
  if (target === null) return undefined;
  if (typeof target === 'string') return target;
  const options = Array.isArray(target)
    ? (target as readonly Exports[])
    : Object.entries(target).flatMap(([condition, option]) => (conditions.has(condition) ? [option as Exports] : []));
  for (const option of options) {
    const found = conditional(option);
    if (found !== undefined) return found;
  }
  return undefined;
}
