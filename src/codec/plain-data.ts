import { types } from 'node:util';
import type { ClassTable } from './class-table.ts';
import { type InstanceObstacle, type StoredInstance, storedInstance } from './instances.ts';
import { TYPED_ARRAYS } from './typed-arrays.ts';

/** Why a value cannot be stored as what it is. */
export interface Obstacle {
  readonly culprit: unknown;
  readonly found: string;
  readonly advice?: string;
}

/** What it takes to store a value by `v8.serialize`. */
export interface Storable {
  /** Some parts need stand-ins. */
  readonly rich: boolean;
  /** Buffers that several parts of the value have in common. */
  readonly shared: ReadonlySet<ArrayBufferLike>;
  readonly instances: ReadonlyMap<object, StoredInstance>;
}

/** Longest array whose properties beyond its elements are looked for, as in a digest. */
const EXTRAS_UP_TO = 1024;

/** What is known while a value is looked through. */
interface Search {
  readonly pending: unknown[];
  readonly buffers: Set<ArrayBufferLike>;
  readonly shared: Set<ArrayBufferLike>;
  readonly instances: Map<object, StoredInstance>;
  readonly classes: ClassTable | undefined;
  rich: boolean;
}

/**
 * Looks through a value, with an own stack since data may be deeper than calls.
 *
 * A getter counts as the value that it gives, and a frozen object as one that is not: both are loaded as ordinary fields.
 */
export function storability(root: unknown, classes?: ClassTable): Storable | Obstacle {
  const instances = new Map<object, StoredInstance>();
  const search: Search = { pending: [root], buffers: new Set(), shared: new Set(), instances, classes, rich: false };
  const seen = new Set<object>();
  while (search.pending.length > 0) {
    const value = search.pending.pop();
    if (typeof value === 'function') return { culprit: value, found: `the function '${value.name || 'anonymous'}'` };
    if (typeof value === 'symbol') {
      if (Symbol.keyFor(value) === undefined) return { culprit: value, found: `the unique ${String(value)}` };
      search.rich = true;
      continue;
    }
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    const found = look(value, search);
    if (typeof found === 'object') return { culprit: value, ...found };
    if (found !== undefined) return { culprit: value, found };
  }
  return { rich: search.rich || search.shared.size > 0, shared: search.shared, instances };
}

/** Leaves what an object holds to be looked at; says why it cannot be stored, if so. */
function look(value: object, search: Search): string | InstanceObstacle | undefined {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return lookAtRecord(value, search, prototype === null);
  if (prototype === Array.prototype) return lookAtList(value as unknown[], search);
  if (ArrayBuffer.isView(value)) return lookAtView(value, search);
  if (types.isArrayBuffer(value)) share(value as ArrayBuffer, search);
  else if (prototype === Map.prototype)
    for (const entry of value as Map<unknown, unknown>) search.pending.push(...entry);
  else if (prototype === Set.prototype) for (const item of value as Set<unknown>) search.pending.push(item);
  else if (ERRORS.has(prototype)) return lookAtError(value as Error, search);
  else if (prototype === URL.prototype || prototype === URLSearchParams.prototype) search.rich = true;
  else if (prototype === RegExp.prototype) {
    if ((value as RegExp).lastIndex !== 0) return 'a RegExp in the midst of a search';
  } else if (prototype !== Date.prototype && !isBoxed(value)) return lookAtInstance(value, search);
  return hasFields(value) ? `a ${nameOf(value)} with fields of its own` : undefined;
}

function lookAtInstance(value: object, search: Search): string | InstanceObstacle | undefined {
  const stored = search.classes && !types.isPromise(value) ? storedInstance(value, search.classes) : undefined;
  if (stored === undefined) return describe(value);
  if ('found' in stored) return stored;
  search.rich = true;
  search.instances.set(value, stored);
  if (!stored.state) return lookAtRecord(value, search, false);
  search.pending.push(stored.state.value);
  return undefined;
}

function lookAtRecord(value: object, search: Search, isBare: boolean): string | undefined {
  const keys = Object.keys(value);
  // Counting is much cheaper than asking for symbols and hidden fields, of which there are hardly ever any.
  if (Reflect.ownKeys(value).length !== keys.length) {
    return Object.getOwnPropertySymbols(value).length > 0
      ? 'an object with symbol keys'
      : 'an object with hidden fields';
  }
  if (isBare) search.rich = true;
  for (const key of keys) {
    const field = (value as Record<string, unknown>)[key];
    if (mattersWithin(field)) search.pending.push(field);
  }
  return undefined;
}

function lookAtList(list: readonly unknown[], search: Search): string | undefined {
  const { length } = list;
  for (let index = 0; index < length; index++) if (mattersWithin(list[index])) search.pending.push(list[index]);
  if (length > EXTRAS_UP_TO) return undefined;
  const keys = Reflect.ownKeys(list);
  // Elements come first, then `length`, then whatever else there is: most often nothing.
  for (let last = keys.length - 1; keys[last] !== 'length'; last--) {
    const key = keys[last]!;
    if (typeof key === 'symbol') return 'a list with symbol keys';
    if (!Object.prototype.propertyIsEnumerable.call(list, key)) return 'a list with hidden fields';
    search.pending.push((list as unknown as Record<string, unknown>)[key]);
  }
  return undefined;
}

function lookAtView(view: ArrayBufferView, search: Search): string | undefined {
  if (types.isSharedArrayBuffer(view.buffer)) return 'a view of shared memory';
  if (Buffer.isBuffer(view)) return Object.getPrototypeOf(view) === Buffer.prototype ? undefined : describe(view);
  if (!VIEWS.has(Object.getPrototypeOf(view))) return describe(view);
  share(view.buffer, search);
  return undefined;
}

/** Parts of one buffer would each get a copy of it. */
function share(buffer: ArrayBufferLike, search: Search): void {
  if (search.buffers.has(buffer)) search.shared.add(buffer);
  search.buffers.add(buffer);
}

function lookAtError(error: Error, search: Search): string | undefined {
  search.rich = true;
  if (Object.getOwnPropertySymbols(error).length > 0) return 'an error with symbol keys';
  for (const key of Object.getOwnPropertyNames(error)) {
    if (key !== 'stack') search.pending.push((error as unknown as Record<string, unknown>)[key]);
  }
  return undefined;
}

/** Whether there is anything to look at: most values in data are text and numbers. */
const mattersWithin = (value: unknown): boolean =>
  typeof value === 'object' ? value !== null : typeof value === 'function' || typeof value === 'symbol';

/** Prototypes of the error classes of the language. */
const ERRORS: ReadonlySet<unknown> = new Set(
  [Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError].map(
    (ErrorClass) => ErrorClass.prototype,
  ),
);

/** Prototypes of the views that can be stored. */
const VIEWS: ReadonlySet<unknown> = new Set([...TYPED_ARRAYS, DataView].map((View) => View.prototype));

const BOXED: ReadonlySet<unknown> = new Set([Number, String, Boolean, BigInt].map((Primitive) => Primitive.prototype));

const isBoxed = (value: object): boolean => BOXED.has(Object.getPrototypeOf(value)) && types.isBoxedPrimitive(value);

/** Whether something that is no container of fields has some all the same. */
function hasFields(value: object): boolean {
  const fields = Object.keys(value).length - (types.isStringObject(value) ? value.length : 0);
  return fields > 0 || Object.getOwnPropertySymbols(value).length > 0;
}

function nameOf(value: object): string {
  const made: unknown = value.constructor;
  return typeof made === 'function' && made.name !== '' ? made.name : 'an unnamed class';
}

const describe = (value: object): string => (types.isPromise(value) ? 'a promise' : `an instance of ${nameOf(value)}`);
