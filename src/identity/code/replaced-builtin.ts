import { answersLater, capturedVariables, packageOfFile, sourceText } from '../../inspect/index.ts';

/** Where output goes is nothing that results depend on. */
const OUTPUT: ReadonlySet<string> = new Set(['console']);

/**
 * What the user's own code put in the place of a global, or of a member of one: `globalThis.fetch = …`,
 * `Math.random = …`; `undefined` where everything is as the language and Node have it, or as a package made it.
 */
export function replacedBuiltin(holder: object, key: string): Function | undefined {
  if (OUTPUT.has(key)) return undefined;
  const { value } = Reflect.getOwnPropertyDescriptor(holder, key) ?? {};
  return typeof value === 'function' && isUsers(value) ? value : undefined;
}

const known = new WeakMap<Function, boolean>();

/** Whether a function is the user's: not native, not Node's, not of an installed package. */
export function isUsers(fn: Function): boolean {
  let is = known.get(fn);
  if (is === undefined) {
    is = !answersLater && sourceText(fn) !== undefined && isOwnFile(fn);
    known.set(fn, is);
  }
  return is;
}

function isOwnFile(fn: Function): boolean {
  const captured = capturedVariables(fn);
  if (captured === undefined) return false;
  const { url } = captured;
  return url === undefined || !(url.startsWith('node:') || packageOfFile(url) !== undefined);
}

/** Globals on which everybody may put what he likes. */
const OPEN: ReadonlySet<unknown> = new Set([globalThis, process]);

/** A global that holds others, as far as it is there without being made first. */
export function globalHolder(name: string): object | undefined {
  const { value } = Reflect.getOwnPropertyDescriptor(globalThis, name) ?? {};
  const isHolder = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return isHolder && !OUTPUT.has(name) && !OPEN.has(value) ? value : undefined;
}
