import type { RawScope } from './inspector.ts';
import { readSlot } from './raw-slot.ts';

const numbers = new WeakMap<object, number>();
const symbols = new Map<symbol, number>();
/** Valid until {@link forgetStrings}. */
const strings = new Map<string, number>();
let count = 0;

/** A text that is the same for the same values, and for no others. */
export function contentOf(variables: RawScope['variables']): string {
  const parts = Object.keys(variables).map((name) => {
    const { value, uninitialised } = readSlot(variables, name);
    return uninitialised ? 'uninitialised' : keyOf(value);
  });
  return parts.join();
}

/** Lets go of long strings; contents from before don't compare with those from after. */
export function forgetStrings(): void {
  strings.clear();
}

function keyOf(value: unknown): string {
  switch (typeof value) {
    case 'object':
    case 'function':
      return value === null ? 'null' : `#${numberOf(numbers, value)}`;
    case 'symbol':
      return `@${numberOf(symbols, value)}`;
    case 'string':
      // Long ones are compared and not copied.
      return value.length < 100 ? JSON.stringify(value) : `$${numberOf(strings, value)}`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    default:
      return `${typeof value} ${String(value)}`;
  }
}

function numberOf<Key>(known: { get(key: Key): number | undefined; set(key: Key, value: number): unknown }, key: Key) {
  let number = known.get(key);
  if (number === undefined) {
    number = ++count;
    known.set(key, number);
  }
  return number;
}
