import type { CapturedPlaces } from './captured-place.ts';
import type { Term } from './term.ts';

/** Methods that change a list, map or set. */
const MUTATORS: ReadonlySet<unknown> = new Set(
  'add clear copyWithin delete fill pop push reverse set shift sort splice unshift'.split(' '),
);

/** Functions of the language that change what they are given first. */
const CHANGERS: Readonly<Record<string, ReadonlySet<unknown>>> = {
  Object: new Set(['assign', 'defineProperties', 'defineProperty', 'setPrototypeOf']),
  Reflect: new Set(['defineProperty', 'deleteProperty', 'set', 'setPrototypeOf']),
};

/** The place that an expression changes: what it assigns, deletes, or calls a changing method of. */
export function changedPlace(term: Term): Term | undefined {
  switch (term[0]) {
    case 'update':
      return term[3] as Term;
    case 'assign':
      return term[2] as Term;
    case 'unary':
      return term[1] === 'delete' ? (term[2] as Term) : undefined;
    case 'call': {
      const callee = term[1] as Term;
      if (callee[0] !== 'member') return undefined;
      const [, object, key] = callee as unknown as [string, Term, Term];
      if (MUTATORS.has(key[1])) return object;
      const isChanger = object[0] === 'free' && CHANGERS[object[1] as string]?.has(key[1]);
      return isChanger ? (term[2] as readonly Term[])[0] : undefined;
    }
    default:
      return undefined;
  }
}

/** The captured place that a call certainly changes: a list, map or set, or what the language is told to change. */
export function changedByCall(term: Term, places: CapturedPlaces): Term | undefined {
  const place = changedPlace(term);
  if (place === undefined || places.rootOf(place) === undefined) return undefined;
  const isMethod = (term[1] as Term)[1] === place;
  return isMethod && !isCollection(places.valueOf(place)) ? undefined : place;
}

/** Whether the language itself says what the methods of a value change. */
export const isCollection = (value: unknown): boolean =>
  Array.isArray(value) ||
  value instanceof Map ||
  value instanceof Set ||
  value instanceof WeakMap ||
  value instanceof WeakSet;
