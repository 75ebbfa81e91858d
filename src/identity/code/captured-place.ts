import type { Binding, CapturedVariable } from '../../inspect/index.ts';
import { isFixedLocal } from './purity.ts';
import { eachTerm, is, type Term } from './term.ts';

/** Tells what places such as `config.list` or `item` (of `const item = config.list[0]`) are of what a function captured. */
export class CapturedPlaces {
  readonly #variables: ReadonlyMap<string, CapturedVariable>;
  /** What a local constant is another name for. */
  readonly #aliases = new Map<Binding, Term>();

  constructor(root: Term, variables: ReadonlyMap<string, CapturedVariable>) {
    this.#variables = variables;
    if (variables.size > 0) this.#collect(root);
  }

  #collect(term: Term): void {
    if (term[0] === 'let' && term[2] !== null) this.#declare(term[1] as Term, term[2] as Term);
    eachTerm(term, (part) => this.#collect(part));
  }

  #declare(target: Term, init: Term): void {
    if (this.rootOf(init) === undefined) return;
    if (isFixedLocal(target)) this.#aliases.set(target[1] as Binding, init);
    else if (target[0] === 'object-pattern') {
      for (const property of target[1] as readonly Term[]) {
        if (property[0] === 'property') this.#declare(property[2] as Term, ['member', init, property[1]!, false]);
      }
    }
  }

  /** The captured variable that a place is part of. */
  rootOf(place: Term): string | undefined {
    if (place[0] === 'member') return this.rootOf(place[1] as Term);
    if (place[0] === 'free') return this.#variables.has(place[1] as string) ? (place[1] as string) : undefined;
    const alias = place[0] === 'local' ? this.#aliases.get(place[1] as Binding) : undefined;
    return alias && this.rootOf(alias);
  }

  /** What the place holds now, as far as that can be seen without running anything. */
  valueOf(place: Term): unknown {
    if (place[0] === 'free') return this.#variables.get(place[1] as string)?.value;
    if (place[0] === 'local') {
      const alias = this.#aliases.get(place[1] as Binding);
      return alias && this.valueOf(alias);
    }
    if (place[0] !== 'member' || !(is(place[2], 'string') || is(place[2], 'number'))) return undefined;
    const holder = this.valueOf(place[1] as Term);
    if (typeof holder !== 'object' || holder === null) return undefined;
    return Reflect.getOwnPropertyDescriptor(holder, String(place[2][1]))?.value;
  }
}
