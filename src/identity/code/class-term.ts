import type { Term } from './term.ts';

/**
 * A class's term with what its head was evaluated to: its parent, and the names of methods with computed keys. The
 * engine keeps no variable that only the head uses.
 */
export function classTerm(term: Term, made: Function, value: (value: unknown) => Term): Term {
  const [tag, self, parent, methods, fields, statics] = term as unknown as [
    string,
    Term | null,
    Term | null,
    readonly Term[],
    readonly Term[],
    readonly Term[],
  ];
  const base: unknown = Object.getPrototypeOf(made);
  const isDerived = parent !== null && parent[0] !== 'null';
  let hasComputed = false;
  const named = methods.map((method): Term => {
    const key = method[3] as Term;
    if (key[0] === 'string' || key[0] === 'private') return method;
    hasComputed = true;
    return method.with(3, ['computed']) as unknown as Term;
  });
  const names: Term[] = hasComputed ? [...keysOf(made), ...keysOf(made.prototype as object)] : [];
  return [tag, self, isDerived ? value(base) : parent, [...named, ...names], fields, statics];
}

function keysOf(holder: object): Term[] {
  return Reflect.ownKeys(holder).map((key): Term => ['key', typeof key === 'string' ? key : String(key)]);
}

/** A class without what only runs while an instance or the class itself is made. */
export function methodsOf([tag, self, parent, methods]: Term): Term {
  const later = (methods as readonly Term[]).filter(([, kind]) => kind !== 'constructor');
  return [tag, self!, parent!, later, [], []];
}
