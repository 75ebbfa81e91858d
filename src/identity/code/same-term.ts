import { isTerm, isTermList, type Part, type Term } from './term.ts';

/** Whether two terms are the same code, with the same variables. */
export function sameTerm(a: Term, b: Term): boolean {
  return a.length === b.length && a.every((part, i) => samePart(part, b[i]!));
}

function samePart(a: Part, b: Part): boolean {
  if (isTerm(a)) return isTerm(b) && sameTerm(a, b);
  if (isTermList(a)) return isTermList(b) && a.length === b.length && a.every((term, i) => sameTerm(term, b[i]!));
  return Object.is(a, b);
}
