import { types } from 'node:util';
import type { CapturedVariable } from '../../inspect/index.ts';

/**
 * Whether an object only stands between a name and what a module exports: a module namespace, or what compilers put in
 * its place (`import_text.normalize`, `text_js_1.normalize`, `__vi_import_0__.normalize`, `exports.normalize`).
 */
export function isNamespaceLike(
  value: unknown,
  variable?: CapturedVariable,
): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  if (types.isModuleNamespaceObject(value)) return true;
  const marked = value as { readonly __esModule?: unknown; readonly [Symbol.toStringTag]?: unknown };
  if (marked.__esModule === true || marked[Symbol.toStringTag] === 'Module') return true;
  return variable !== undefined && (variable.name === 'exports' || variable.imported?.name === '*');
}
