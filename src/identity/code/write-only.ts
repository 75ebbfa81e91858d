import type { CapturedPlaces } from './captured-place.ts';
import { changedByCall, changedPlace } from './changed-place.ts';
import { isQuiet } from './purity.ts';
import { eachTerm, type Term } from './term.ts';

/**
 * Free names that code changes and never looks at: a counter, a log. What it gives cannot depend on them, as long as
 * nothing else that it reaches looks at them.
 */
export function writeOnlyNames(root: Term, places: CapturedPlaces): ReadonlySet<string> {
  const uses = new Uses(places);
  uses.visit(root);
  return new Set([...uses.written].filter(([name, count]) => count === uses.all.get(name)).map(([name]) => name));
}

/** How often each free name occurs, and how often only to be changed. */
class Uses {
  readonly all = new Map<string, number>();
  readonly written = new Map<string, number>();
  readonly #places: CapturedPlaces;

  constructor(places: CapturedPlaces) {
    this.#places = places;
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
    // `push` of anything else may do anything.
    if (term[0] === 'call' && changedByCall(term, this.#places) === undefined) return;
    // `n = n + 1` looks at `n` for itself alone; a call that is given it may do anything.
    if (mentioned > 1 && !isHarmless(term)) return;
    count(this.written, name, mentioned);
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

/** Whether nothing in an expression but its own change does anything. */
function isHarmless(term: Term): boolean {
  if (term[0] === 'assign') return isQuiet(term[2] as Term) && isQuiet(term[3] as Term);
  return term[0] === 'update' || term[0] === 'unary';
}
