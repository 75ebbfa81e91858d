import { isQuiet } from './purity.ts';
import { eachTerm, type Term } from './term.ts';

/** Methods that change a list, map or set. */
export const mutators: ReadonlySet<unknown> = new Set(
  'add clear copyWithin delete fill pop push reverse set shift sort splice unshift'.split(' '),
);

/**
 * Free names that code changes and never looks at: a counter, a log. What it gives cannot depend on them, as long as
 * nothing else that it reaches looks at them.
 *
 * @param isCollection Whether a name stands for a list, map or set: `push` of anything else may do anything.
 */
export function writeOnlyNames(root: Term, isCollection: (name: string) => boolean): ReadonlySet<string> {
  const uses = new Uses(isCollection);
  uses.visit(root);
  return new Set([...uses.written].filter(([name, count]) => count === uses.all.get(name)).map(([name]) => name));
}

/** How often each free name occurs, and how often only to be changed. */
class Uses {
  readonly all = new Map<string, number>();
  readonly written = new Map<string, number>();
  readonly #isCollection: (name: string) => boolean;

  constructor(isCollection: (name: string) => boolean) {
    this.#isCollection = isCollection;
  }

  readonly visit = (term: Term): void => {
    if (term[0] === 'free') count(this.all, term[1] as string);
    else if (term[0] === 'do') this.#perform(term[1] as Term);
    else if (term[0] === 'sequence') {
      const items = term[1] as readonly Term[];
      for (const item of items.slice(0, -1)) this.#perform(item);
      this.visit(items.at(-1)!);
    } else eachTerm(term, this.visit);
  };

  /** An expression whose value nobody takes. */
  #perform(term: Term): void {
    switch (term[0]) {
      case 'sequence':
        for (const item of term[1] as readonly Term[]) this.#perform(item);
        return;
      case 'logical':
        this.visit(term[2] as Term);
        this.#perform(term[3] as Term);
        return;
      case 'conditional':
        this.visit(term[1] as Term);
        this.#perform(term[2] as Term);
        this.#perform(term[3] as Term);
        return;
    }
    const name = changedName(term);
    const before = name === undefined ? 0 : (this.all.get(name) ?? 0);
    eachTerm(term, this.visit);
    if (name === undefined) return;
    const mentioned = this.all.get(name)! - before;
    if (term[0] === 'call' && !this.#isCollectionPlace(changedPlace(term)!)) return;
    // `n = n + 1` looks at `n` for itself alone; a call that is given it may do anything.
    if (mentioned > 1 && !isHarmless(term)) return;
    count(this.written, name, mentioned);
  }

  #isCollectionPlace(place: Term): boolean {
    return place[0] === 'free' && this.#isCollection(place[1] as string);
  }
}

function count(counts: Map<string, number>, name: string, more = 1): void {
  counts.set(name, (counts.get(name) ?? 0) + more);
}

/** The name at the root of what an expression changes. */
function changedName(term: Term): string | undefined {
  const target = changedPlace(term);
  if (target === undefined) return undefined;
  let root = target;
  while (root[0] === 'member') root = root[1] as Term;
  return root[0] === 'free' ? (root[1] as string) : undefined;
}

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
      const isMutator = callee[0] === 'member' && mutators.has((callee[2] as Term)[1]);
      return isMutator ? (callee[1] as Term) : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether nothing in an expression but its own change does anything. */
function isHarmless(term: Term): boolean {
  if (term[0] === 'assign') return isQuiet(term[2] as Term) && isQuiet(term[3] as Term);
  return term[0] === 'update' || term[0] === 'unary';
}
