import { UnpackError } from '../errors.ts';
import { CodeReader, type PackedCode } from './code-reader.ts';
import { corrupt } from './corrupt.ts';
import { type Decoder, PENDING } from './decoder.ts';
import { Kind, ReferenceForm, SymbolForm, WeakForm } from './format.ts';
import { symbolOf } from './known-symbols.ts';
import type { Reference } from './references/reference.ts';
import { resolveReference } from './references/resolve-reference.ts';
import { rememberWeak, type WeakCollection, weakOfId } from './weak-collections.ts';

/** What the head of a function says, for when its body is read. */
export interface FunctionHead {
  readonly code: PackedCode;
  /** The variables around it. */
  readonly names: readonly string[];
}

/** What the head of a class says. */
export interface ClassHead extends FunctionHead {
  readonly id: string;
  /** The variable after `extends`; empty without one. */
  readonly parent: string;
}

/** What the head of something that an export makes says. */
export interface ReducedHead {
  readonly module: string;
  readonly name: string;
}

/** Reads heads: each gives the empty object of its record, or `PENDING` for what has to be made later. */
export class HeadReader {
  readonly kinds: number[] = [];
  /** What a head says beyond the empty object, by record: the keys of an object, the length of an array, … */
  readonly details: unknown[] = [];
  readonly codes: CodeReader = new CodeReader();

  readonly read = (decoder: Decoder): unknown => {
    const { heads } = decoder;
    const kind = heads.byte();
    this.kinds.push(kind);
    this.details.push(this.#detail(decoder, kind));
    switch (kind) {
      case Kind.object:
      case Kind.record:
        return {};
      case Kind.array:
        return [];
      case Kind.map:
        return new Map();
      case Kind.set:
        return new Set();
      case Kind.date:
        return new Date(heads.double());
      case Kind.regexp:
        return readRegExp(heads.string(), heads.string());
      case Kind.boxed:
        return readBoxed(decoder);
      case Kind.error:
        return new Error();
      case Kind.arrayBuffer:
        return decoder.memory.buffer(heads.unsigned());
      case Kind.view:
        return decoder.memory.view(heads.byte(), heads.unsigned());
      case Kind.symbol:
        return readSymbol(decoder);
      case Kind.reference:
        return readReference(decoder);
      case Kind.namespace:
        return Object.defineProperty(Object.create(null), Symbol.toStringTag, { value: 'Module' });
      case Kind.weak:
        return this.details.at(-1);
      default:
        return PENDING;
    }
  };

  #detail(decoder: Decoder, kind: number): unknown {
    switch (kind) {
      case Kind.object:
        return readShape(decoder);
      case Kind.array:
        return decoder.heads.unsigned();
      case Kind.constructed:
        return decoder.heads.string();
      default:
        return kind < FIRST_MADE || passive.has(kind) ? undefined : this.#codeDetail(decoder, kind);
    }
  }

  /** Heads of what runs code when it is made. */
  #codeDetail(decoder: Decoder, kind: number): unknown {
    const { heads } = decoder;
    refuseFunctions(decoder);
    switch (kind) {
      case Kind.function:
        return { code: this.codes.read(heads), names: readNames(decoder) };
      case Kind.class:
        return {
          id: heads.string(),
          parent: heads.string(),
          code: this.codes.read(heads),
          names: readNames(decoder),
        };
      case Kind.bound:
        return undefined;
      case Kind.state:
        return heads.byte() === 1;
      case Kind.member:
        return heads.byte();
      case Kind.weak:
        return readWeak(heads.byte(), heads.string());
      case Kind.weakEntry:
        return undefined;
      case Kind.reduced:
        return { module: heads.string(), name: heads.string() };
      default:
        throw corrupt('a record in it is of no known kind');
    }
  }
}

/** Kinds from here on are made of others, if they are not among the {@link passive}. */
const FIRST_MADE = Kind.constructed;
/** Kinds that run nothing, and say nothing in their heads beyond what `read` reads. */
const passive = new Set<number>([Kind.reference, Kind.namespace, Kind.prototype, Kind.variable]);

/** @throws UnpackError `UNPACK_FUNCTIONS_REFUSED` */
export function refuseFunctions({ allowsFunctions }: { readonly allowsFunctions: boolean }): void {
  if (allowsFunctions) return;
  throw new UnpackError(
    'UNPACK_FUNCTIONS_REFUSED',
    'cannot unpack: the payload has functions or classes, and { functions: false } refuses them.',
    {
      hint: 'Pack data only, or unpack what you trust without that option.',
    },
  );
}

function readNames({ heads }: Decoder): readonly string[] {
  const names = Array.from({ length: heads.count() }, () => heads.string());
  if (!names.every((name) => /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u.test(name))) {
    throw corrupt('the name of a variable in it is none');
  }
  return names;
}

function readShape(decoder: Decoder): readonly string[] {
  const { heads, shapes } = decoder;
  const number = heads.unsigned();
  if (number === 0) return readKeys(decoder);
  const known = shapes[number - 1];
  if (known) return known;
  if (number !== shapes.length + 1) throw corrupt('the names of properties in it are out of order');
  const keys = readKeys(decoder);
  shapes.push(keys);
  return keys;
}

function readKeys({ heads }: Decoder): readonly string[] {
  return Array.from({ length: heads.count() }, () => heads.string());
}

function readRegExp(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw corrupt('a regular expression in it is none', error);
  }
}

function readBoxed(decoder: Decoder): object {
  const { heads } = decoder;
  const type = heads.string();
  if (type === 'symbol') return Object(readSymbol(decoder)) as object;
  const text = heads.string();
  switch (type) {
    case 'string':
      return Object(text) as object;
    case 'number':
      return Object(Number(text)) as object;
    case 'boolean':
      return Object(text === 'true') as object;
    case 'bigint':
      if (!/^-?\d{1,100000}$/.test(text)) throw corrupt('a bigint in it is none');
      return Object(BigInt(text)) as object;
    default:
      throw corrupt('a wrapped value in it is of no known kind');
  }
}

function readSymbol(decoder: Decoder): symbol {
  const { heads } = decoder;
  const form = heads.byte();
  const name = heads.string();
  switch (form) {
    case SymbolForm.registered:
      return Symbol.for(name);
    case SymbolForm.wellKnown: {
      const value: unknown = Object.hasOwn(Symbol, name)
        ? (Symbol as unknown as Record<string, unknown>)[name]
        : undefined;
      if (typeof value !== 'symbol') throw corrupt(`it has the symbol ${name}, which is not known here`);
      return value;
    }
    case SymbolForm.unique: {
      const hasDescription = heads.byte() === 1;
      const description = heads.string();
      return symbolOf(name, hasDescription ? description : undefined);
    }
    default:
      throw corrupt('a symbol in it is of no known kind');
  }
}

function readWeak(form: number, id: string): WeakCollection {
  const known = weakOfId(id);
  const collection = known ?? (form === WeakForm.map ? new WeakMap<object, unknown>() : new WeakSet());
  if (form !== (collection instanceof WeakMap ? WeakForm.map : WeakForm.set))
    throw corrupt('a weak collection in it is of another kind here');
  if (!known) rememberWeak(id, collection);
  return collection;
}

function readReference(decoder: Decoder): unknown {
  const reference = readReferenceForm(decoder);
  if (reference.form !== 'builtin') refuseFunctions(decoder);
  // Errors and the like name the prototype of their class, which is data enough.
  else if (!/^(?:\w+|%\w+%)\.prototype$/.test(reference.path)) refuseFunctions(decoder);
  return resolveReference(reference, decoder.base);
}

function readReferenceForm({ heads }: Decoder): Reference {
  switch (heads.byte()) {
    case ReferenceForm.builtin:
      return { form: 'builtin', path: heads.string() };
    case ReferenceForm.package:
      return {
        form: 'package',
        module: heads.string(),
        name: heads.string(),
        version: heads.string(),
        through: heads.byte() === 1 ? 'require' : 'import',
      };
    case ReferenceForm.require:
      return { form: 'require' };
    default:
      throw corrupt('a reference in it is of no known kind');
  }
}
