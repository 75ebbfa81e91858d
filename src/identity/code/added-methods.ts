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
 * What was assigned to the prototypes of the language's classes (`Array.prototype.last = …`), by name. Their own methods
 * are not enumerable, so that there is nothing to go through as a rule.
 */
export function addedToBuiltins(): ReadonlyMap<string, readonly unknown[]> {
  const added = new Map<string, unknown[]>();
  for (const { prototype } of BUILTINS) {
    for (const name of Object.keys(prototype)) {
      const { value, get } = Reflect.getOwnPropertyDescriptor(prototype, name)!;
      added.set(name, [...(added.get(name) ?? []), get ?? value]);
    }
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
