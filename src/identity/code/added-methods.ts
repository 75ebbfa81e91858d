import { isUsers } from './replaced-builtin.ts';
import { eachTerm, type Term } from './term.ts';

const BUILTINS = [
  Object,
  Function,
  Array,
  String,
  Number,
  Boolean,
  BigInt,
  Symbol,
  Map,
  Set,
  Date,
  RegExp,
  Promise,
  Error,
];

/**
 * What somebody put on the prototypes of the language's classes under this name: `Array.prototype.last = …`. Their own
 * methods are not enumerable; what is not enumerable either, but the user's own code, was defined or put in their place.
 */
export function addedToBuiltins(name: string): readonly unknown[] {
  const added: unknown[] = [];
  for (const { prototype } of BUILTINS) {
    if (!Object.hasOwn(prototype, name)) continue;
    const { value, get, enumerable } = Reflect.getOwnPropertyDescriptor(prototype, name)!;
    const found: unknown = get ?? value;
    if (enumerable || (typeof found === 'function' && isUsers(found))) added.push(found);
  }
  return added;
}

/** Names of the members that code uses, of whatever. */
export function memberNames(term: Term): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (part: Term): void => {
    const key = part[0] === 'member' ? (part[2] as Term) : part[0] === 'property' ? (part[1] as Term) : undefined;
    if (key?.[0] === 'string') names.add(key[1] as string);
    eachTerm(part, visit);
  };
  visit(term);
  return names;
}
