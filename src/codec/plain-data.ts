import { types } from 'node:util';

/** How faithfully `v8.serialize` carries a value: as it is, with stand-ins for some parts, or not at all. */
export type Storability = 'plain' | 'rich' | { readonly culprit: unknown; readonly found: string };

const OBJECT = Object.prototype;

/** Looks through a value, with an own stack since data may be deeper than calls. */
export function storability(root: unknown): Storability {
  let result: 'plain' | 'rich' = 'plain';
  const seen = new Set<object>();
  const buffers = new Set<ArrayBufferLike>();
  const stack: unknown[] = [root];
  while (stack.length > 0) {
    const value = stack.pop();
    if (typeof value === 'function') return { culprit: value, found: `the function '${value.name || 'anonymous'}'` };
    if (typeof value === 'symbol') {
      if (Symbol.keyFor(value) === undefined) return { culprit: value, found: `the unique ${String(value)}` };
      result = 'rich';
      continue;
    }
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const prototype = Object.getPrototypeOf(value);
    if (prototype === OBJECT) {
      if (Object.getOwnPropertySymbols(value).length > 0)
        return { culprit: value, found: 'an object with symbol keys' };
      for (const key of Object.keys(value)) stack.push((value as Record<string, unknown>)[key]);
    } else if (prototype === Array.prototype) {
      for (let index = 0; index < (value as unknown[]).length; index++) {
        const item = (value as unknown[])[index];
        if (typeof item === 'object' || typeof item === 'function' || typeof item === 'symbol') stack.push(item);
      }
    } else if (prototype === Map.prototype) {
      for (const [key, item] of value as Map<unknown, unknown>) stack.push(key, item);
    } else if (prototype === Set.prototype) for (const item of value as Set<unknown>) stack.push(item);
    else if (Buffer.isBuffer(value)) continue;
    else if (ArrayBuffer.isView(value)) {
      // Views of one buffer would each get a copy of their own.
      if (buffers.has(value.buffer)) result = 'rich';
      buffers.add(value.buffer);
    } else if (prototype === Date.prototype || prototype === RegExp.prototype || types.isArrayBuffer(value)) continue;
    else if (types.isBoxedPrimitive(value) && !types.isSymbolObject(value)) continue;
    else if (prototype === null || isStandInFor(value, prototype)) {
      result = 'rich';
      for (const key of Reflect.ownKeys(value)) {
        if (key !== 'stack') stack.push((value as Record<PropertyKey, unknown>)[key]);
      }
    } else return { culprit: value, found: describe(value) };
  }
  return result;
}

const ERRORS: ReadonlySet<unknown> = new Set(
  [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError].map(
    (ErrorClass) => ErrorClass.prototype,
  ),
);

const isStandInFor = (value: object, prototype: object): boolean =>
  ERRORS.has(prototype) || value instanceof URL || prototype === URLSearchParams.prototype;

function describe(value: object): string {
  const made: unknown = value.constructor;
  const name = typeof made === 'function' && made.name !== '' ? made.name : 'an unnamed class';
  return types.isPromise(value) ? 'a promise' : `an instance of ${name}`;
}
