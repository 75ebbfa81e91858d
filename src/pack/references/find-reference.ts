import { builtinPath, sourceText } from '../../inspect/index.ts';
import { isBuiltIn } from '../function-facts.ts';
import { packageReference } from './package-reference.ts';
import type { Reference } from './reference.ts';

/** How the other side finds a value that it has too; `undefined` for what has to travel itself. */
export function findReference(value: object): Reference | undefined {
  const path = value === process.env ? 'process.env' : builtinPath(value);
  if (path !== undefined) return { form: 'builtin', path };
  return isRequire(value) ? { form: 'require' } : packageReference(value);
}

/** The `require` of a CommonJS module, or what `createRequire` made. */
function isRequire(value: object): boolean {
  if (typeof value !== 'function' || value.name !== 'require') return false;
  return (
    Object.hasOwn(value, 'resolve') &&
    Object.hasOwn(value, 'cache') &&
    sourceText(value) !== undefined &&
    isBuiltIn(value)
  );
}
