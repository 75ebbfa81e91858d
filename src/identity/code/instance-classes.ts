import { types } from 'node:util';
import { definitionOf } from '../../graph/index.ts';
import { builtinPath } from '../../inspect/index.ts';
import { cacheKey } from '../digest.ts';
import { schemaDefinition } from './schema-definition.ts';

/** Beyond this many objects, a constant is data for certain and not a structure of the user's classes. */
const MOST = 1_000_000;

/** The classes whose instances are in `root`, in the order of a walk that does not depend on how it was built. */
export function classesOf(root: unknown): readonly Function[] {
  return [...new Set(instancesOf(root).map(({ made }) => made))];
}

/** The instances of the user's classes in `root`, in that order. */
export function instancesOf(root: unknown): readonly { readonly instance: object; readonly made: Function }[] {
  const found: { readonly instance: object; readonly made: Function }[] = [];
  const seen = new Set<unknown>();
  const stack: unknown[] = [root];
  while (stack.length > 0 && seen.size < MOST) {
    const value = stack.pop();
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    // It says itself what identifies it.
    if (cacheKey in value) continue;
    // These are reached by themselves.
    if (definitionOf(value) || schemaDefinition(value)) continue;
    const made = classOf(value);
    if (made) found.push({ instance: value, made });
    if (ArrayBuffer.isView(value)) continue;
    for (const symbol of Object.getOwnPropertySymbols(value)) stack.push((value as Record<symbol, unknown>)[symbol]);
    if (types.isMap(value)) pushObjects(stack, [...value].flat());
    else if (types.isSet(value)) pushObjects(stack, [...value]);
    if (Array.isArray(value)) pushObjects(stack, value);
    else {
      for (const key of Object.keys(value).sort().reverse()) stack.push((value as Record<string, unknown>)[key]);
    }
  }
  return found;
}

/** Puts what may hold instances on a stack, the last first; one by one, since a call takes only so many arguments. */
function pushObjects(stack: unknown[], list: readonly unknown[]): void {
  for (let i = list.length - 1; i >= 0; i--) if (typeof list[i] === 'object') stack.push(list[i]);
}

/** The user's class of an instance; `undefined` for plain objects and those of the language. */
export function classOf(value: object): Function | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  const made: unknown = (prototype as { constructor?: unknown }).constructor;
  return typeof made === 'function' && builtinPath(made) === undefined ? made : undefined;
}
