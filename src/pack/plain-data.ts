import { types } from 'node:util';

const { isDate, isMap, isSet } = types;
const objectPrototype = Object.prototype;
const arrayPrototype = Array.prototype;
const { getPrototypeOf, getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor, keys } = Object;

/** Deeper than this, V8's serializer may run out of stack; the graph form does not. */
const DEEPEST = 200;
/** Visits before the walk assumes that it meets the same objects over and over. */
const MOST_VISITS = 2_000_000;
/** Arrays longer than this are not searched for named properties. */
const LONG_ARRAY = 1_000;

/**
 * Whether V8's serializer keeps everything about `value`: primitives, plain objects and arrays, `Map`, `Set` and `Date`.
 *
 * The walk has no memory of what it met, because that would cost more than the serializer itself: cycles are noticed as
 * depth. Objects after the first with the same keys at the same depth (the rows of a table) are taken to be made alike:
 * only their values are looked at, not whether one of them has a getter, symbols or hidden properties.
 */
export function isPlainData(value: unknown): boolean {
  return new PlainWalk().value(value, 0);
}

class PlainWalk {
  #visits = 0;
  /** Property names of the object that was checked last, by depth. */
  readonly #shapes: (readonly string[])[] = [];

  value(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'object':
        return value === null || this.#object(value, depth);
      case 'function':
      case 'symbol':
        return false;
      default:
        return true;
    }
  }

  #object(value: object, depth: number): boolean {
    if (depth > DEEPEST || ++this.#visits > MOST_VISITS) return false;
    const prototype = getPrototypeOf(value);
    if (prototype === objectPrototype) return this.#record(value as Record<string, unknown>, depth);
    if (prototype === arrayPrototype) return Array.isArray(value) && this.#array(value, depth);
    if (prototype === Date.prototype) return isBare(value) && isDate(value);
    if (prototype === Map.prototype) return isBare(value) && this.#map(value, depth);
    if (prototype === Set.prototype) return isBare(value) && this.#set(value, depth);
    return false;
  }

  #record(value: Record<string, unknown>, depth: number): boolean {
    const known = this.#shapes[depth];
    let isKnown = known !== undefined;
    let count = 0;
    for (const key in value) {
      if (isKnown && known![count] !== key) isKnown = false;
      if (!isKnown && !isOrdinary(getOwnPropertyDescriptor(value, key))) return false;
      count++;
      const child = value[key];
      const type = typeof child;
      if (type === 'object') {
        if (child !== null && !this.#object(child as object, depth + 1)) return false;
      } else if (type === 'function' || type === 'symbol') return false;
    }
    if (isKnown && known!.length === count) return Object.isExtensible(value);
    return this.#learn(value, depth, count);
  }

  #learn(value: object, depth: number, count: number): boolean {
    const names = getOwnPropertyNames(value);
    // A shape that only starts like the known one has not been looked at property by property.
    const isSound =
      names.length === count &&
      getOwnPropertySymbols(value).length === 0 &&
      Object.isExtensible(value) &&
      names.every((name) => isOrdinary(getOwnPropertyDescriptor(value, name)));
    if (isSound) this.#shapes[depth] = names;
    return isSound;
  }

  #array(value: readonly unknown[], depth: number): boolean {
    const { length } = value;
    if (length > LONG_ARRAY ? !(0 in value && length - 1 in value) : keys(value).length !== length) return false;
    if (getOwnPropertySymbols(value).length > 0 || !Object.isExtensible(value)) return false;
    for (let i = 0; i < length; i++) {
      const child = value[i];
      const type = typeof child;
      if (type === 'object') {
        if (child !== null && !this.#object(child as object, depth + 1)) return false;
      } else if (type === 'function' || type === 'symbol') return false;
    }
    return true;
  }

  #map(value: object, depth: number): boolean {
    if (!(value instanceof Map) || !isMap(value)) return false;
    for (const [key, child] of value) if (!this.value(key, depth + 1) || !this.value(child, depth + 1)) return false;
    return true;
  }

  #set(value: object, depth: number): boolean {
    if (!(value instanceof Set) || !isSet(value)) return false;
    for (const child of value) if (!this.value(child, depth + 1)) return false;
    return true;
  }
}

function isOrdinary(descriptor: PropertyDescriptor | undefined): boolean {
  return descriptor?.writable === true && descriptor.enumerable === true && descriptor.configurable === true;
}

function isBare(value: object): boolean {
  return Reflect.ownKeys(value).length === 0 && Object.isExtensible(value);
}
