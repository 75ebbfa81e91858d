import { types } from 'node:util';
import type { Binding, CapturedVariable } from '../../inspect/index.ts';
import { changedPlace } from './changed-place.ts';
import { isNamespaceLike } from './namespace-like.ts';
import { isFixedLocal } from './purity.ts';
import { eachTerm, is, type Term } from './term.ts';

const ROOTS: ReadonlySet<unknown> = new Set(['process', 'globalThis', 'global']);

/** Tells where a function's code reads the environment, under whatever name it has it. */
export class EnvironmentReads {
  readonly #variables: ReadonlyMap<string, CapturedVariable>;
  /** What local constants hold: `const { env } = process`. */
  readonly #locals = new Map<Binding, object>();
  readonly #written = new Set<string>();

  constructor(root: Term, variables: ReadonlyMap<string, CapturedVariable>) {
    this.#variables = variables;
    this.#collect(root);
  }

  /** Whether a term is the environment. */
  isEnvironment(term: Term): boolean {
    const value = this.#valueOf(term);
    return value !== undefined && value === process.env;
  }

  /** Whether the code itself sets a variable: what it then finds is what it left. */
  isWritten(name: string): boolean {
    return this.#written.has(name);
  }

  /** Whether the code sets any. */
  get isChanged(): boolean {
    return this.#written.size > 0;
  }

  #collect(term: Term): void {
    if (term[0] === 'let' && term[2] !== null) this.#declare(term[1] as Term, this.#valueOf(term[2] as Term));
    let place = changedPlace(term);
    for (; place?.[0] === 'member'; place = place[1] as Term) {
      if (!is(place[2], 'string') || !this.isEnvironment(place[1] as Term)) continue;
      this.#written.add(place[2][1] as string);
    }
    eachTerm(term, (part) => this.#collect(part));
  }

  #declare(target: Term, value: object | undefined): void {
    if (value === undefined) return;
    if (isFixedLocal(target)) this.#locals.set(target[1] as Binding, value);
    else if (target[0] === 'object-pattern') {
      for (const [tag, key, inner] of target[1] as readonly Term[]) {
        if (tag === 'property' && is(key, 'string')) this.#declare(inner as Term, memberOf(value, key[1] as string));
      }
    }
  }

  #valueOf(term: Term): object | undefined {
    if (term[0] === 'local') return this.#locals.get(term[1] as Binding);
    if (term[0] === 'free') {
      const variable = this.#variables.get(term[1] as string);
      if (variable) return known(variable.value) ?? namespaceOf(variable);
      return ROOTS.has(term[1]) ? known((globalThis as Record<string, unknown>)[term[1] as string]) : undefined;
    }
    if (term[0] !== 'member' || !is(term[2], 'string')) return undefined;
    const holder = this.#valueOf(term[1] as Term);
    return holder && memberOf(holder, term[2][1] as string);
  }
}

function memberOf(holder: object, key: string): object | undefined {
  const leadsOn = (holder === globalThis && ROOTS.has(key)) || (holder === process && key === 'env');
  const isExport = known(holder) === undefined && (key === 'env' || key === 'default');
  return leadsOn || isExport ? known((holder as Record<string, unknown>)[key]) : undefined;
}

function known(value: unknown): object | undefined {
  return value === process || value === process.env || value === globalThis ? (value as object) : undefined;
}

/** The module `node:process`, or what a compiler or a test runner puts in its place. */
function namespaceOf(variable: CapturedVariable): object | undefined {
  const { value, imported } = variable;
  if (!isNamespaceLike(value, variable)) return undefined;
  const isProcess = types.isProxy(value)
    ? /^(?:node:)?process$/.test(imported?.specifier ?? '')
    : known(value.default) !== undefined || known(value.env) !== undefined;
  return isProcess ? value : undefined;
}
