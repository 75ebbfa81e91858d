import {
  type Binding,
  type CapturedVariable,
  type CapturedVariables,
  LOADERS,
  namesOf,
  parseFunction,
} from '../../inspect/index.ts';
import type { CapturedPlaces } from './captured-place.ts';
import { changedByCall } from './changed-place.ts';
import { EnvironmentReads } from './environment-reads.ts';
import { ownText } from './function-term.ts';
import { isNamespaceLike } from './namespace-like.ts';
import { normalise } from './normalise.ts';

import { is, isTerm, mapTerms, type Part, type Term } from './term.ts';

/** How the names of a function's code find what stands behind them. */
export interface Links {
  /** The term for a value that the code reaches under this name. */
  readonly value: (value: unknown, name: string) => Term;
  /** The term for something that a package or Node itself exports, if the import says so. */
  readonly imported: (variable: CapturedVariable, key: string | undefined) => Term | undefined;
  /** The term for what `import('…')` or `require('…')` in the code loads; without a specifier, only running it tells. */
  readonly loaded: (specifier: string | undefined) => Term;
  readonly global: (name: string) => Term;
  /** The term for a member of something of the language or of Node, if the user's own code was put in its place. */
  readonly replaced: (holder: string, key: string) => Term | undefined;
  /** The term for what the environment has under a name; `undefined` where that does not count. */
  readonly environment: (name: string) => Term | undefined;
  /** Called when the code depends on what a field holds, which can change without any variable being assigned. */
  readonly volatile: (holder: Readonly<Record<string, unknown>>, key: string, value: unknown) => void;
  /** The code changes a captured variable, or the structure that this holds, or the environment. */
  readonly changes: (value: unknown) => void;
  /** The code changes a captured variable, or what it holds, under this name. */
  readonly state: (name: string, how: string) => Term;
  /** The same, but the code never looks at that variable. */
  readonly written: (variable: CapturedVariable, name: string, how: string) => Term;
}

const SEARCHES: ReadonlySet<unknown> = new Set(['exec', 'test']);

const NAME_KEEPER =
  /^\(function "arrow" - - ~ \[\$0;\$1;\] \[\(return \(call \(free "[^"]+"\) \[\$0;\(string "name"\)\(object \[\(property \(string "value"\) \$1;\)\(property \(string "configurable"\) \(true\)\)\]\)\] -\)\)\]\)$/;

const keepers = new WeakMap<Function, boolean>();

/** Whether a value is the helper by which esbuild keeps functions' names. */
export function isKeeper(value: unknown): boolean {
  if (typeof value !== 'function') return false;
  let known = keepers.get(value);
  if (known === undefined) {
    const parsed = parseFunction(value);
    known = parsed.ok && parsed.form === 'arrow' && parsed.source.length < 200 && NAME_KEEPER.test(ownText(parsed));
    keepers.set(value, known);
  }
  return known;
}

/** Whether a value is the `require` of a CommonJS module, or one that `createRequire` made. */
export function isRequire(value: unknown): boolean {
  return typeof value === 'function' && value.name === 'require' && 'cache' in value && 'resolve' in value;
}

export interface LinkOptions {
  readonly places: CapturedPlaces;
  /** Names that the code changes and never looks at. */
  readonly writeOnly: ReadonlySet<string>;
}

/** Puts what is behind them in the place of a function's free names. */
export function link(root: Term, captured: CapturedVariables, links: Links, options: LinkOptions): Term {
  return new Linker(captured, links, options, root).link(root);
}

function selfBinding(root: Term): Binding | undefined {
  const self = (root[0] === 'class' ? root[1] : root[4]) as Term | null;
  return self === null ? undefined : (self[1] as Binding);
}

class Linker {
  readonly #captured: CapturedVariables;
  readonly #links: Links;
  readonly #self: Binding | undefined;
  readonly #places: CapturedPlaces;
  readonly #environment: EnvironmentReads;
  #isSearching = false;
  readonly #writeOnly: ReadonlySet<string>;

  constructor(captured: CapturedVariables, links: Links, { places, writeOnly }: LinkOptions, root: Term) {
    this.#captured = captured;
    this.#links = links;
    this.#places = places;
    this.#writeOnly = writeOnly;
    this.#self = selfBinding(root);
    this.#environment = new EnvironmentReads(root, captured.variables);
    if (this.#environment.isChanged) links.changes(undefined);
  }

  readonly link = (term: Term): Term => {
    switch (term[0]) {
      case 'free':
        return this.#name(term[1] as string);
      case 'local':
        return this.#local(term);
      case 'member':
        return this.#member(term);
      case 'call':
        return this.#call(term);
      case 'import':
        return ['import', this.#loaded(term[1] as Term)];
      case 'let':
      case 'const':
      case 'var':
      case 'default':
        return this.#given(term);
      case 'binary':
        return this.#asked(term);
      case 'assign':
        return ['assign', term[1]!, this.#target(term[2] as Term), this.link(term[3] as Term)];
      case 'update':
        return ['update', term[1]!, term[2]!, this.#target(term[3] as Term)];
      case 'for':
        return ['for', this.#all(term[1]), this.#searching(term[2]), this.#maybe(term[3]), this.#all(term[4])];
      case 'do-while':
        return ['do-while', this.#all(term[1]), this.#searching(term[2])];
      case 'for-of':
        return ['for-of', term[1]!, this.#target(term[2] as Term), ...this.#parts(term.slice(3))];
      case 'for-in':
        return ['for-in', this.#target(term[1] as Term), ...this.#parts(term.slice(2))];
      case 'unary':
        return ['unary', term[1]!, term[1] === 'delete' ? this.#target(term[2] as Term) : this.link(term[2] as Term)];
      default:
        return mapTerms(term, this.link);
    }
  };

  #parts(parts: readonly Part[]): readonly Part[] {
    return mapTerms(parts as unknown as Term, this.link);
  }

  #all(list: Part | undefined): readonly Term[] {
    return (list as readonly Term[]).map(this.link);
  }

  #maybe(term: Part | undefined): Term | null {
    return isTerm(term) ? this.link(term) : null;
  }

  /** The condition of a loop: a search that goes on to its end leaves its expression as it was. */
  #searching(test: Part | undefined): Term | null {
    const before = this.#isSearching;
    this.#isSearching = true;
    const linked = this.#maybe(test);
    this.#isSearching = before;
    return linked;
  }

  #loaded(source: Term): Term {
    const linked = normalise(this.link(source));
    return this.#links.loaded(linked[0] === 'string' ? (linked[1] as string) : undefined);
  }

  #variable(name: string): CapturedVariable | undefined {
    return this.#captured.variables.get(name);
  }

  #name(name: string): Term {
    const variable = this.#variable(name);
    if (!variable) return this.#links.global(name);
    if (/^__vi(?:te_ssr)?_import_meta__$/.test(name)) return ['import.meta'];
    if (variable.writtenHere || this.#writeOnly.has(name)) return this.#changed(name, name, `assigns '${name}'`);
    return this.#links.imported(variable, undefined) ?? this.#links.value(variable.value, name);
  }

  /** A captured variable, or something in it, that the code changes. */
  #changed(root: string, name: string, how: string): Term {
    this.#links.changes(this.#variable(root)?.value);
    const variable = this.#writeOnly.has(root) ? this.#variable(root) : undefined;
    return variable ? this.#links.written(variable, name, how) : this.#links.state(name, how);
  }

  /** A declared function calls itself by a name that may have been given to something else. */
  #local(term: Term): Term {
    if (term[1] !== this.#self || this.#self === undefined) return term;
    const variable = this.#variable(this.#self.name);
    return variable ? this.#name(this.#self.name) : term;
  }

  /** Follows `a.b.c` as far as `a` is a module, and to the value of a plain constant's field. */
  #member(term: Term): Term {
    const [, object, key, optional] = term as unknown as [string, Term, Term, boolean];
    const plain = [term[0], this.link(object), this.link(key), optional] as unknown as Term;
    const found = this.#environment.isEnvironment(object) ? this.#read(normalise(plain[2] as Term)) : undefined;
    // Not in place of it: where the code runs, another environment may make it go another way.
    if (found) return ['found', plain, [found]];
    if (key[0] !== 'string') return plain;
    const held = this.#held(object);
    if (!held) return this.#replaced(plain) ?? plain;
    const { value, variable } = held;
    const name = key[1] as string;
    if (variable) {
      const imported = this.#links.imported(variable, name);
      if (imported) return imported;
    }
    const isModule = isNamespaceLike(value, variable) && name in value;
    const field = isModule ? { value: value[name] } : primitiveField(value, name);
    if (!field) return plain;
    this.#links.volatile(value as Readonly<Record<string, unknown>>, name, field.value);
    return this.#links.value(field.value, isModule ? name : nameOf(term));
  }

  /** `const { PORT } = process.env`: a pattern that takes something apart reads all that it names. */
  #given(term: Term): Term {
    const plain = mapTerms(term, this.link);
    const [, pattern, value] = term as unknown as [string, Term, Term | null];
    if (!value || pattern[0] !== 'object-pattern' || !this.#environment.isEnvironment(value)) return plain;
    const keys = (pattern[1] as readonly Term[])
      .filter((part) => part[0] === 'property')
      .map((part) => part[1] as Term);
    const found = keys.map((key) => this.#read(this.link(key))).filter((one) => one !== undefined);
    const read: Term = ['found', plain[2]!, found];
    return plain.with(2, read as never) as unknown as Term;
  }

  /** `'PORT' in process.env` */
  #asked(term: Term): Term {
    const plain = mapTerms(term, this.link);
    const isAbout = term[1] === 'in' && this.#environment.isEnvironment(term[3] as Term);
    const found = isAbout ? this.#read(plain[2] as Term) : undefined;
    if (!found) return plain;
    const right: Term = ['found', plain[3]!, [found]];
    return plain.with(3, right as never) as unknown as Term;
  }

  /** What a name in the environment stands for. */
  #read(key: Term): Term | undefined {
    if (key[0] !== 'string' || this.#environment.isWritten(key[1] as string)) return undefined;
    return this.#links.environment(key[1] as string);
  }

  /** A member of something of the language or of Node, where the user put something in its place. */
  #replaced([, object, key]: Term): Term | undefined {
    if (!is(object, 'builtin')) return undefined;
    return this.#links.replaced(object[1] as string, (key as Term)[1] as string);
  }

  /** What an object term certainly is before anything runs: a captured variable, or an export of a module. */
  #held(term: Term): { readonly value: unknown; readonly variable: CapturedVariable | undefined } | undefined {
    if (term[0] === 'free') {
      const variable = this.#variable(term[1] as string);
      return variable && !variable.writtenHere ? { value: variable.value, variable } : undefined;
    }
    if (term[0] !== 'member' || (term[2] as Term)[0] !== 'string') return undefined;
    const holder = this.#held(term[1] as Term);
    const key = (term[2] as Term)[1] as string;
    if (!holder || !isNamespaceLike(holder.value, holder.variable) || !(key in holder.value)) return undefined;
    if (holder.variable && this.#links.imported(holder.variable, key)) return undefined;
    this.#links.volatile(holder.value, key, holder.value[key]);
    return { value: holder.value[key], variable: undefined };
  }

  #call(term: Term): Term {
    const callee = term[1] as Term;
    const [first] = term[2] as readonly Term[];
    if (callee[0] === 'free' && first) {
      const variable = this.#variable(callee[1] as string);
      if (variable && isKeeper(variable.value)) return this.link(first);
      if (callee[1] === 'require' || isRequire(variable?.value)) return this.#loaded(first);
      if (LOADERS.has(callee[1] as string)) return ['import', this.#loaded(first)];
    }
    if (callee[0] === 'member') {
      const changed = changedByCall(term, this.#places);
      const root = changed && this.#places.rootOf(changed);
      if (changed && root !== undefined) {
        const name = nameOf(changed);
        return [
          'call',
          this.#changed(root, name, `changes '${name}'`),
          (term[2] as readonly Term[]).map(this.link),
          false,
        ];
      }
      if (!this.#isSearching && this.#keepsPosition(callee)) {
        const name = nameOf(callee[1] as Term);
        this.#links.state(name, `searches with '${name}', which remembers where it was`);
      }
      // A method's receiver is the object, whatever the method is.
      const linked = this.#receiver(callee);
      return ['call', linked, (term[2] as readonly Term[]).map(this.link), term[3]!];
    }
    return mapTerms(term, this.link);
  }

  /** Whether a call goes on searching where the one before has ended. */
  #keepsPosition([, object, key]: Term): boolean {
    const value = SEARCHES.has((key as Term)[1]) ? this.#places.valueOf(object as Term) : undefined;
    return value instanceof RegExp && (value.global || value.sticky);
  }

  #receiver(callee: Term): Term {
    const [, object, key, optional] = callee as unknown as [string, Term, Term, boolean];
    const held = this.#held(object);
    if (held && isNamespaceLike(held.value, held.variable) && !usesReceiver(held.value[key[1] as string])) {
      return this.link(callee);
    }
    const plain: Term = ['member', this.link(object), this.link(key), optional];
    const other = key[0] === 'string' && !held ? this.#replaced(plain) : undefined;
    return other === undefined ? plain : ['replaced', plain, other];
  }

  /** The names in a pattern that is assigned to, each a target itself. */
  #targets(pattern: Term): Term {
    switch (pattern[0]) {
      case 'array-pattern':
      case 'object-pattern':
      case 'rest':
        return mapTerms(pattern, this.#target);
      case 'default':
        return ['default', this.#target(pattern[1] as Term), this.link(pattern[2] as Term)];
      case 'property':
        return ['property', this.link(pattern[1] as Term), this.#target(pattern[2] as Term)];
      default:
        return this.link(pattern);
    }
  }

  /** What is assigned to: a member of something captured is state that the function keeps. */
  readonly #target = (target: Term): Term => {
    if (target[0] === 'free') return this.#name(target[1] as string);
    if (target[0] !== 'member') return this.#targets(target);
    const captured = this.#places.rootOf(target);
    if (captured !== undefined) {
      const name = nameOf(target[1] as Term);
      return this.#changed(captured, name, `changes '${name}'`);
    }
    let root = target[1] as Term;
    while (root[0] === 'member') root = root[1] as Term;
    if (root[0] === 'local' && root[1] === this.#self && this.#self !== undefined) {
      return this.#links.state(nameOf(target), `changes '${nameOf(target)}'`);
    }
    return ['member', this.link(target[1] as Term), this.link(target[2] as Term), target[3]!];
  };
}

/** Whether a function looks at the object that it is called on. */
function usesReceiver(value: unknown): boolean {
  if (typeof value !== 'function') return false;
  const parsed = parseFunction(value);
  return parsed.ok && parsed.form !== 'arrow' && parsed.form !== 'class' && namesOf(parsed).names.usesThis;
}

/** `a.b` as a reader would write it. */
function nameOf(term: Term): string {
  if (term[0] === 'free') return term[1] as string;
  if (term[0] === 'local') return (term[1] as Binding).name;
  if (term[0] !== 'member') return '…';
  const key = term[2] as Term;
  return `${nameOf(term[1] as Term)}${key[0] === 'string' ? `.${key[1] as string}` : '[…]'}`;
}

/** A plain object's own field, if it is a primitive: the rest of the object then does not matter. */
function primitiveField(value: unknown, name: string): { readonly value: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const field = Reflect.getOwnPropertyDescriptor(value, name);
  if (!field || !('value' in field)) return undefined;
  const held: unknown = field.value;
  const isPrimitive = held === null || !['object', 'function', 'symbol'].includes(typeof held);
  return isPrimitive ? { value: held } : undefined;
}
