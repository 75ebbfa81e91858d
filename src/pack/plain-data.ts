import { types } from 'node:util';

const { isDate, isMap, isSet } = types;
const { getPrototypeOf, getOwnPropertySymbols, getOwnPropertyDescriptor, isExtensible } = Object;
const { ownKeys } = Reflect;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;

/** Deeper than this, V8's serializer may run out of stack; the graph form does not. */
const DEEPEST = 200;
/** Visits before the walk assumes that it meets the same objects over and over. */
const MOST_VISITS = 2_000_000;
/** So many objects are looked at from all sides before the walk trusts that what looks like them is like them. */
const CAREFUL_VISITS = 100;
/** Of objects with more properties than this, only these are looked at from all sides. */
const MOST_DESCRIBED = 1_000;
/** Of arrays, only so many elements are looked at for being getters. */
const MOST_DESCRIBED_ELEMENTS = 20;
/** Arrays longer than this are not searched for named properties. */
const LONG_ARRAY = 1_000;

interface Walk {
  visits: number;
  /** Property names of the object that was looked at last, by depth. */
  readonly shapes: (readonly string[])[];
}

/**
 * Whether V8's serializer keeps everything about `value`: primitives, plain objects and arrays, `Map`, `Set` and `Date`.
 *
 * It must take a fraction of the time of the serializer itself. So it has no memory of what it met, and notices cycles as
 * depth. And in large data, objects with the same keys at the same depth (the rows of a table) are taken to be made
 * alike: after the first hundred objects only their values are looked at, not whether one of them has a getter, symbols,
 * hidden properties or an array with names.
 */
export function isPlainData(value: unknown): boolean {
  return isPlainValue(value, 0, { visits: 0, shapes: [] });
}

function isPlainValue(value: unknown, depth: number, walk: Walk): boolean {
  const type = typeof value;
  if (type === 'object') return value === null || isPlainObject(value as object, depth, walk);
  return type !== 'function' && type !== 'symbol';
}

function isPlainObject(value: object, depth: number, walk: Walk): boolean {
  if (depth > DEEPEST || ++walk.visits > MOST_VISITS) return false;
  const prototype = getPrototypeOf(value);
  if (prototype === objectPrototype) return isPlainRecord(value as Record<string, unknown>, depth, walk);
  if (prototype === arrayPrototype) return Array.isArray(value) && isPlainArray(value, depth, walk);
  if (prototype === Date.prototype) return isDate(value) && isBare(value);
  if (prototype === Map.prototype) return isMap(value) && isBare(value) && isPlainMap(value, depth, walk);
  if (prototype === Set.prototype) return isSet(value) && isBare(value) && isPlainSet(value, depth, walk);
  return false;
}

function isPlainRecord(value: Record<string, unknown>, depth: number, walk: Walk): boolean {
  const shape = walk.visits < CAREFUL_VISITS ? undefined : walk.shapes[depth];
  if (shape === undefined || !isExtensible(value)) return isOrdinaryRecord(value, depth, walk);
  let count = 0;
  for (const key in value) {
    if (shape[count] !== key) return isOrdinaryRecord(value, depth, walk);
    count++;
    const child = value[key];
    const type = typeof child;
    if (type === 'object') {
      if (child !== null && !isPlainObject(child as object, depth + 1, walk)) return false;
    } else if (type === 'function' || type === 'symbol') return false;
  }
  // Fewer keys than the known ones, but the same so far, have not been looked at yet.
  return shape.length === count || isOrdinaryRecord(value, depth, walk);
}

/** Whether an object has no other properties than ordinary ones that hold plain data. */
function isOrdinaryRecord(value: Record<string, unknown>, depth: number, walk: Walk): boolean {
  if (!isExtensible(value)) return false;
  const own = ownKeys(value);
  for (let i = 0; i < own.length; i++) {
    const key = own[i]!;
    if (typeof key === 'symbol') return false;
    let child: unknown;
    if (i < MOST_DESCRIBED) {
      const descriptor = getOwnPropertyDescriptor(value, key)!;
      if (!descriptor.writable || !descriptor.enumerable || !descriptor.configurable) return false;
      child = descriptor.value;
    } else {
      child = value[key];
    }
    if (!isPlainValue(child, depth + 1, walk)) return false;
  }
  // Others are dictionaries, whose keys no other object has.
  if (own.length <= MOST_DESCRIBED) walk.shapes[depth] = own as string[];
  return true;
}

function isPlainArray(value: readonly unknown[], depth: number, walk: Walk): boolean {
  const { length } = value;
  if (length > LONG_ARRAY && !(0 in value && length - 1 in value)) return false;
  if (!isExtensible(value)) return false;
  if (walk.visits < CAREFUL_VISITS) {
    if (length > LONG_ARRAY ? getOwnPropertySymbols(value).length > 0 : !isBareArray(value)) return false;
  }
  for (let i = typeof value[0] === 'number' ? countNumbers(value) : 0; i < length; i++) {
    const child = value[i];
    const type = typeof child;
    if (type === 'object') {
      if (child !== null && !isPlainObject(child as object, depth + 1, walk)) return false;
    } else if (type === 'function' || type === 'symbol') return false;
  }
  return true;
}

/** Whether an array has no hole and nothing but its elements. */
function isBareArray(value: readonly unknown[]): boolean {
  const { length } = value;
  const own = ownKeys(value);
  // Indices come first, and `length` behind them.
  if (own.length !== length + 1 || own[length] !== 'length') return false;
  for (let i = 0; i < length && i < MOST_DESCRIBED_ELEMENTS; i++)
    if (getOwnPropertyDescriptor(value, i)!.get !== undefined) return false;
  return true;
}

/** How many numbers an array begins with; apart, because the engine makes lists of numbers quick only for code that sees no others. */
function countNumbers(value: readonly unknown[]): number {
  const { length } = value;
  let i = 0;
  while (i < length && typeof value[i] === 'number') i++;
  return i;
}

function isPlainMap(value: Map<unknown, unknown>, depth: number, walk: Walk): boolean {
  for (const [key, child] of value) {
    if (!isPlainValue(key, depth + 1, walk) || !isPlainValue(child, depth + 1, walk)) return false;
  }
  return true;
}

function isPlainSet(value: Set<unknown>, depth: number, walk: Walk): boolean {
  for (const child of value) if (!isPlainValue(child, depth + 1, walk)) return false;
  return true;
}

function isBare(value: object): boolean {
  return Reflect.ownKeys(value).length === 0 && isExtensible(value);
}
