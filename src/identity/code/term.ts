import type { Binding } from '../../inspect/index.ts';

/**
 * Code without its spelling: what is left of a syntax tree when layout, names of local variables and the differences
 * between equivalent forms are gone. A term is a tag with its parts; lists of terms are parts too.
 */
export interface Term extends ReadonlyArray<Part> {
  /** The tag. */
  readonly 0: string;
}

/** What a term holds. `null` stands for a part that is absent; a {@link Reached} is what a free name stands for. */
export type Part = Term | TermList | Binding | Reached | string | number | boolean | null;

/** Several terms in order. */
export interface TermList extends ReadonlyArray<Term> {}

/** Something outside a function's own source that its code refers to. */
export interface Reached {
  readonly reached: unknown;
}

/** Whether a part is a term, and not a list of terms or something plain. */
export function isTerm(part: Part | undefined): part is Term {
  return Array.isArray(part) && typeof part[0] === 'string';
}

/** Whether a part is a list of terms. */
export function isTermList(part: Part | undefined): part is TermList {
  return Array.isArray(part) && typeof part[0] !== 'string';
}

/** Whether `term` is one of that tag. */
export function is(term: Part | undefined, tag: string): term is Term {
  return isTerm(term) && term[0] === tag;
}

/** `term` with every term below it replaced by what `change` makes of it. */
export function mapTerms(term: Term, change: (part: Term) => Term): Term {
  return term.map((part) => {
    if (isTerm(part)) return change(part);
    return isTermList(part) ? part.map(change) : part;
  }) as unknown as Term;
}

/** Calls `visit` for every term directly below `term`, in order of evaluation as far as the tag has one. */
export function eachTerm(term: Term, visit: (part: Term) => void): void {
  for (const part of term) {
    if (isTerm(part)) visit(part);
    else if (isTermList(part)) for (const item of part) visit(item);
  }
}

export const UNDEFINED: Term = ['undefined'];
export const TRUE: Term = ['true'];
export const FALSE: Term = ['false'];

/** The literal for a primitive value; `undefined` for symbols, which have none. */
export function literal(value: string | number | bigint | boolean | null | undefined): Term {
  switch (typeof value) {
    case 'string':
      return ['string', value];
    case 'number':
      return ['number', value];
    case 'bigint':
      return ['bigint', String(value)];
    case 'boolean':
      return value ? TRUE : FALSE;
    case 'undefined':
      return UNDEFINED;
    default:
      return ['null'];
  }
}
