import { type Binding, type CapturedVariable, type CapturedVariables, parseFunction } from '../../inspect/index.ts';
import { ownText } from './function-term.ts';
import { isNamespaceLike } from './namespace-like.ts';
import { mapTerms, type Term } from './term.ts';
import { mutators } from './write-only.ts';

/** How the names of a function's code find what stands behind them. */
export interface Links {
  /** The term for a value that the code reaches under this name. */
  readonly value: (value: unknown, name: string) => Term;
  /** The term for something that a package or Node itself exports, if the import says so. */
  readonly imported: (variable: CapturedVariable, key: string | undefined) => Term | undefined;
  /** The term for what `import('…')` or `require('…')` in the code loads. */
  readonly loaded: (specifier: string) => Term;
  readonly global: (name: string) => Term;
  /** Called when the code depends on what a field holds, which can change without any variable being assigned. */
  readonly volatile: (holder: Readonly<Record<string, unknown>>, key: string, value: unknown) => void;
  /** The code changes a captured variable, or what it holds, under this name. */
  readonly state: (name: string, how: string) => Term;
  /** The same, but the code never looks at that variable. */
  readonly written: (variable: CapturedVariable, name: string, how: string) => Term;
}

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

export interface LinkOptions {
  /** Names that the code changes and never looks at. */
  readonly writeOnly: ReadonlySet<string>;
}

/** Puts what is behind them in the place of a function's free names. */
export function link(root: Term, captured: CapturedVariables, links: Links, options: LinkOptions): Term {
  return new Linker(captured, links, options, selfBinding(root)).link(root);
}

function selfBinding(root: Term): Binding | undefined {
  const self = (root[0] === 'class' ? root[1] : root[4]) as Term | null;
  return self === null ? undefined : (self[1] as Binding);
}

class Linker {
  readonly #captured: CapturedVariables;
  readonly #links: Links;
  readonly #self: Binding | undefined;
  readonly #writeOnly: ReadonlySet<string>;

  constructor(captured: CapturedVariables, links: Links, { writeOnly }: LinkOptions, self: Binding | undefined) {
    this.#captured = captured;
    this.#links = links;
    this.#writeOnly = writeOnly;
    this.#self = self;
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
      case 'import': {
        const source = term[1] as Term;
        return source[0] === 'string' ? ['import', this.#links.loaded(source[1] as string)] : mapTerms(term, this.link);
      }
      case 'assign':
        return ['assign', term[1]!, this.#target(term[2] as Term), this.link(term[3] as Term)];
      case 'update':
        return ['update', term[1]!, term[2]!, this.#target(term[3] as Term)];
      case 'unary':
        return ['unary', term[1]!, term[1] === 'delete' ? this.#target(term[2] as Term) : this.link(term[2] as Term)];
      default:
        return mapTerms(term, this.link);
    }
  };

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
    if (key[0] !== 'string') return plain;
    const held = this.#held(object);
    if (!held) return plain;
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
      if (callee[1] === 'require' && first[0] === 'string') return this.#links.loaded(first[1] as string);
    }
    if (callee[0] === 'member') {
      const held = this.#held(callee[1] as Term);
      const method = (callee[2] as Term)[1];
      if (held && isCollection(held.value) && typeof method === 'string' && mutators.has(method)) {
        const name = nameOf(callee[1] as Term);
        return [
          'call',
          this.#changed(rootName(callee), name, `changes '${name}'`),
          (term[2] as readonly Term[]).map(this.link),
          false,
        ];
      }
      // A method's receiver is the object, whatever the method is.
      const linked = this.#receiver(callee);
      return ['call', linked, (term[2] as readonly Term[]).map(this.link), term[3]!];
    }
    return mapTerms(term, this.link);
  }

  #receiver(callee: Term): Term {
    const held = this.#held(callee[1] as Term);
    if (held && isNamespaceLike(held.value, held.variable)) return this.link(callee);
    return ['member', this.link(callee[1] as Term), this.link(callee[2] as Term), callee[3]!];
  }

  /** What is assigned to: a member of something captured is state that the function keeps. */
  #target(target: Term): Term {
    if (target[0] === 'free') return this.#name(target[1] as string);
    if (target[0] !== 'member') return this.link(target);
    let root = target[1] as Term;
    while (root[0] === 'member') root = root[1] as Term;
    if (root[0] === 'free' && this.#variable(root[1] as string)) {
      const name = nameOf(target[1] as Term);
      return this.#changed(root[1] as string, name, `changes '${name}'`);
    }
    if (root[0] === 'local' && root[1] === this.#self && this.#self !== undefined) {
      return this.#links.state(nameOf(target), `changes '${nameOf(target)}'`);
    }
    return ['member', this.link(target[1] as Term), this.link(target[2] as Term), target[3]!];
  }
}

/** `a.b` as a reader would write it. */
function nameOf(term: Term): string {
  if (term[0] === 'free') return term[1] as string;
  if (term[0] === 'local') return (term[1] as Binding).name;
  if (term[0] !== 'member') return '…';
  const key = term[2] as Term;
  return `${nameOf(term[1] as Term)}${key[0] === 'string' ? `.${key[1] as string}` : '[…]'}`;
}

/** `a` of `a.b.c`. */
function rootName(term: Term): string {
  let root = term;
  while (root[0] === 'member') root = root[1] as Term;
  return root[0] === 'free' ? (root[1] as string) : '';
}

/** Whether the language itself says what the methods of a value change. */
export const isCollection = (value: unknown): boolean =>
  Array.isArray(value) ||
  value instanceof Map ||
  value instanceof Set ||
  value instanceof WeakMap ||
  value instanceof WeakSet;

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
