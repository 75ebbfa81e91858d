/** What a function has been given; its own methods, if it is a class, are part of its code. */
export function attachedTo(fn: Function): [key: string, value: unknown][] {
  const members: [key: string, value: unknown][] = [];
  for (const key of Reflect.ownKeys(fn)) {
    if (typeof key === 'string' && INNATE.has(key)) continue;
    const { value, get, enumerable } = Reflect.getOwnPropertyDescriptor(fn, key)!;
    if (enumerable) members.push([String(key), get ? (fn as unknown as Record<PropertyKey, unknown>)[key] : value]);
    else if (!get && typeof value !== 'function') members.push([String(key), value]);
  }
  return members.sort(([a], [b]) => (a < b ? -1 : 1));
}

const INNATE = new Set(['length', 'name', 'prototype', 'arguments', 'caller']);

/** What somebody added to a prototype: the methods that a class writes itself are not listed. */
export function membersOf(prototype: object): [key: string, value: unknown][] {
  return Object.keys(prototype)
    .sort()
    .map((key) => {
      const { value, get, set } = Reflect.getOwnPropertyDescriptor(prototype, key)!;
      return [key, get || set ? [get, set] : value];
    });
}

/** Whether two such lists hold the same. */
export function sameMembers(before: readonly [string, unknown][], now: readonly [string, unknown][]): boolean {
  return (
    before.length === now.length && now.every(([key, value], i) => key === before[i]![0] && same(value, before[i]![1]))
  );
}

const same = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (Array.isArray(a) && Array.isArray(b) && Object.is(a[0], b[0]) && Object.is(a[1], b[1]));
