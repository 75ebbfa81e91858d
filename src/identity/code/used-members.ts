import { changedPlace } from './changed-place.ts';
import { eachTerm, is, type Term } from './term.ts';

/**
 * Names of members that code uses, of whatever: `n` where `x.n` stands, `n=` where it is assigned. Of classes only what
 * the methods use whose names are used.
 */
export class UsedMembers {
  readonly #used = new Set<string>();
  readonly #methods = new Map<string, Set<string>>();

  /** Takes note of a function or class. */
  add(code: Term): void {
    if (code[0] !== 'class') {
      for (const name of namesIn(code, false)) this.#use(name);
      return;
    }
    const [, , , methods, fields, statics] = code as unknown as [string, null, null, Term[], Term[], Term[]];
    for (const [, kind, , key, run] of methods as readonly Term[]) {
      // What it calls of its own instance is done to a new one.
      const names = namesIn(run as Term, kind === 'constructor');
      const name = is(key, 'string') && kind !== 'constructor' ? (key[1] as string) : undefined;
      if (name === undefined || this.#used.has(name)) for (const one of names) this.#use(one);
      else this.#keep(kind === 'set' ? `${name}=` : name, names);
    }
    for (const member of [...fields, ...statics]) for (const name of namesIn(member, true)) this.#use(name);
  }

  has(name: string): boolean {
    return name === '[…]' || this.#used.has(name);
  }

  #keep(method: string, names: ReadonlySet<string>): void {
    const kept = this.#methods.get(method) ?? new Set();
    for (const name of names) kept.add(name);
    this.#methods.set(method, kept);
  }

  #use(name: string): void {
    const names = [name];
    for (const one of names) {
      if (this.#used.has(one)) continue;
      this.#used.add(one);
      names.push(...(this.#methods.get(one) ?? []));
      this.#methods.delete(one);
    }
  }
}

function namesIn(root: Term, besideThis: boolean): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (term: Term): void => {
    const place = changedPlace(term);
    if (place?.[0] === 'member') note(place, '=');
    if (term[0] === 'member') note(term, '');
    // `const { add } = registry`
    if (term[0] === 'property' && is(term[1], 'string')) names.add(term[1][1] as string);
    eachTerm(term, visit);
  };
  const note = ([, object, key]: Term, ending: string): void => {
    if (besideThis && (object as Term)[0] === 'this') return;
    if (is(key, 'string')) names.add(`${key[1] as string}${ending}`);
    if (is(key, 'private')) names.add(`#${key[1] as string}${ending}`);
  };
  visit(root);
  return names;
}
