import type { Binding } from '../../inspect/index.ts';
import { isFixedLocal, isLiteral } from './purity.ts';
import { sameTerm } from './same-term.ts';
import { simplifyExpression } from './simplify-expression.ts';
import { simplifyStatements, type Tail } from './simplify-statements.ts';
import { substituteOnce } from './substitute-once.ts';
import { eachTerm, mapTerms, type Term } from './term.ts';

/** More rounds than code needs to settle; stopping early costs a cache miss at most. */
const ROUNDS = 8;

/** One form for code that is written in several: what formatters, compilers and minifiers do is undone or done. */
export function normalise(root: Term): Term {
  let term = root;
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Round(term).simplify(term);
    if (sameTerm(next, term)) return next;
    term = next;
  }
  return term;
}

/** One pass over a whole function, from the leaves up. */
class Round {
  readonly #uses = new Map<Binding, number>();
  /** Local constants that hold a literal stand for it. */
  readonly #constants = new Map<Binding, Term>();

  constructor(root: Term) {
    this.#count(root);
  }

  #count(term: Term): void {
    if (term[0] === 'local') {
      const binding = term[1] as Binding;
      this.#uses.set(binding, (this.#uses.get(binding) ?? 0) + 1);
      return;
    }
    if (term[0] === 'let' && isFixedLocal(term[1] as Term) && isLiteral(term[2] as Term)) {
      this.#constants.set((term[1] as Term)[1] as Binding, term[2] as Term);
    }
    eachTerm(term, (part) => this.#count(part));
  }

  readonly simplify = (term: Term): Term => {
    switch (term[0]) {
      case 'local':
        return this.#constants.get(term[1] as Binding) ?? term;
      case 'call':
      case 'tagged':
        return this.#call(term);
      case 'function':
        return this.#function(term);
      case 'class':
        return this.#class(term);
      case 'catch':
        return ['catch', this.#unlessUnused(term[1] as Term | null), this.#list(term[2] as readonly Term[], 'none')];
      case 'block':
      case 'static-block':
        return [term[0], this.#list(term[1] as readonly Term[], 'none')];
      case 'if':
        return [
          'if',
          this.simplify(term[1] as Term),
          this.#list(term[2] as readonly Term[], 'none'),
          this.#list(term[3] as readonly Term[], 'none'),
        ];
      case 'for':
        return [
          'for',
          this.#each(term[1]),
          this.#maybe(term[2]),
          this.#maybe(term[3]),
          this.#list(term[4] as readonly Term[], 'continue'),
        ];
      case 'for-in':
      case 'for-of': {
        const body = term.at(-1) as readonly Term[];
        return [
          ...mapTerms(term.slice(0, -1) as unknown as Term, this.simplify),
          this.#list(body, 'continue'),
        ] as unknown as Term;
      }
      case 'do-while':
        return ['do-while', this.#list(term[1] as readonly Term[], 'continue'), this.simplify(term[2] as Term)];
      case 'labeled':
        return ['labeled', term[1]!, this.#list(term[2] as readonly Term[], 'none')];
      case 'case':
        return ['case', this.#maybe(term[1]), this.#list(term[2] as readonly Term[], 'none')];
      case 'try':
        return [
          'try',
          this.#list(term[1] as readonly Term[], 'none'),
          this.#maybe(term[2]),
          this.#list(term[3] as readonly Term[], 'none'),
        ];
      default:
        return simplifyExpression(mapTerms(term, this.simplify));
    }
  };

  #each(list: unknown): readonly Term[] {
    return (list as readonly Term[]).map(this.simplify);
  }

  #maybe(term: unknown): Term | null {
    return term === null ? null : this.simplify(term as Term);
  }

  /** A name that nothing refers to need not be there. */
  #unlessUnused(term: Term | null): Term | null {
    if (term?.[0] === 'local' && this.#uses.get(term[1] as Binding) === 1) return null;
    return this.#maybe(term);
  }

  /** `(0, a.b)()` calls `b` without a receiver, `a.b()` with one. */
  #call(term: Term): Term {
    const callee = term[1] as Term;
    const simplified = simplifyExpression(mapTerms(term, this.simplify));
    const called = simplified[1] as Term;
    if (callee[0] !== 'sequence' || called[0] !== 'member') return simplified;
    return simplified.with(1, ['detached', called]) as unknown as Term;
  }

  #function(term: Term): Term {
    const [tag, kind, isAsync, isGenerator, self, params, body] = term as unknown as [
      string,
      string,
      boolean,
      boolean,
      Term | null,
      readonly Term[],
      readonly Term[],
    ];
    return [tag, kind, isAsync, isGenerator, this.#unlessUnused(self), this.#each(params), this.#list(body, 'return')];
  }

  #class([tag, self, parent, methods, fields, statics]: Term): Term {
    const blocks = this.#each(statics).filter(
      (one) => one[0] !== 'static-block' || (one[1] as readonly Term[]).length > 0,
    );
    return [
      tag,
      this.#unlessUnused(self as Term | null),
      this.#maybe(parent),
      this.#each(methods),
      this.#each(fields),
      blocks,
    ];
  }

  #list(list: readonly Term[], tail: Tail): readonly Term[] {
    const kept: Term[] = [];
    for (const statement of list) {
      if (
        statement[0] === 'let' &&
        isFixedLocal(statement[1] as Term) &&
        this.#constants.has((statement[1] as Term)[1] as Binding)
      )
        continue;
      kept.push(this.#moveInto(this.simplify(statement), kept));
    }
    return simplifyStatements(kept, tail);
  }

  /** A variable that is used once, right after it got its value, gives its place to the value. */
  #moveInto(statement: Term, before: Term[]): Term {
    const last = before.at(-1);
    if (last?.[0] !== 'let' || !isFixedLocal(last[1] as Term)) return statement;
    const binding = (last[1] as Term)[1] as Binding;
    if (this.#uses.get(binding) !== 2) return statement;
    const moved = substituteOnce(statement, binding, last[2] as Term);
    if (typeof moved === 'string') return statement;
    before.pop();
    return this.#moveInto(moved, before);
  }
}
