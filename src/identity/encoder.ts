import { types } from 'node:util';
import { className, classOfInstance } from './class-name.ts';
import { DigestError } from './digest-error.ts';
import type { EncodingBuffer } from './encoding-buffer.ts';
import { pathTo } from './path-to.ts';
import { refuseOpaque } from './refuse-opaque.ts';
import { settingsOf } from './settings-of.ts';
import { SharingWatch } from './sharing-watch.ts';
import { Unidentified } from './unidentified.ts';

export interface EncodingOptions {
  /** Identity of a function that stands as a value; `undefined` when it has none. Without it, functions are refused. */
  readonly ofFunction?: ((value: (...parameters: never[]) => unknown) => string | undefined) | undefined;
  /** Identity of the code of an instance's class, which counts besides its name; `undefined` for what has none. */
  readonly ofClass?: ((made: Function, instance: object) => string | undefined) | undefined;
  /** What an instance keeps in `#private` fields and is part of what it is. */
  readonly ofHidden?: ((instance: object, options: EncodingOptions) => readonly unknown[]) | undefined;
  /** What stands for an object in place of its content; `undefined` for those that are what they hold. */
  readonly ofObject?: ((value: object) => string | undefined) | undefined;
}

/** First byte of every item. Part of the format: a change makes every cache miss. */
const TAG = {
  undefined: 1,
  null: 2,
  true: 3,
  false: 4,
  integer: 5,
  float: 6,
  bigint: 7,
  text: 8,
  symbol: 9,
  function: 10,
  array: 11,
  hole: 12,
  object: 13,
  key: 14,
  symbolKey: 15,
  nullPrototype: 16,
  instance: 17,
  keyed: 18,
  map: 19,
  set: 20,
  date: 21,
  regexp: 22,
  url: 23,
  error: 24,
  bytes: 25,
  bytesKind: 26,
  boxed: 27,
  cycle: 28,
  extras: 29,
  pairs: 30,
  classCode: 31,
  settings: 32,
  lastIndex: 33,
  hidden: 34,
} as const;

/** On the stack of things still to write: the container begun last is complete. */
const EXIT = Symbol('exit');
const HOLE = Symbol('hole');
/** Fields under symbols of what Node makes: none is the user's. */
const OF_NODE: readonly symbol[] = [];
/** Longest array whose properties beyond its elements are looked for. */
const EXTRAS_UP_TO = 1024;
const cacheKey = Symbol.for('hypernodes.cacheKey');
const OBJECT = Object.prototype;

/**
 * Writes values in canonical form.
 *
 * Walks with its own stack, since data can be nested deeper than calls can; every container tells its size first, so that
 * nothing needs to be written at its end.
 */
export class Encoder {
  readonly #out: EncodingBuffer;
  #stack: unknown[] = [];
  #open: object[] = [];
  #depths = new Map<object, number>();
  readonly #sharing = new SharingWatch();
  #options: EncodingOptions = {};
  /** Identities of the classes met so far: a list may have many instances of one. */
  readonly #classes = new Map<Function, string | undefined>();
  #busy = false;
  /** For digests that are asked for in the midst of another one. */
  #inner: Encoder | undefined;

  constructor(out: EncodingBuffer) {
    this.#out = out;
  }

  digest(value: unknown, options: EncodingOptions): string {
    // A [cacheKey] method or a getter may ask for a digest itself.
    if (this.#busy) {
      this.#inner ??= new Encoder(new (this.#out.constructor as new () => EncodingBuffer)());
      return this.#inner.digest(value, options);
    }
    this.#out.reset();
    // Most values of small nodes; they need none of what follows.
    if (isSimple(value) && this.#primitive(value)) return this.#out.finish();
    this.#busy = true;
    this.#options = options;
    try {
      this.#encode(value);
      return this.#out.finish();
    } catch (error) {
      if (error instanceof Unidentified) throw new DigestError(pathTo(value, error.culprit), error.found, error.why);
      // A getter, a proxy or a [cacheKey] method of the value itself.
      const found = `something that throws when it is read (${error instanceof Error ? error.message : String(error)})`;
      const why = 'so that it has no content to identify it by';
      throw new DigestError(pathTo(value, this.#open.at(-1)), found, why, { cause: error });
    } finally {
      this.#stack = [];
      this.#open = [];
      this.#depths.clear();
      this.#sharing.reset();
      this.#classes.clear();
      this.#busy = false;
    }
  }

  #encode(root: unknown): void {
    const stack = this.#stack;
    stack.push(root);
    while (stack.length > 0) {
      const value = stack.pop();
      if (value === EXIT) this.#depths.delete(this.#open.pop()!);
      else if (!this.#primitive(value)) this.#container(value as object);
    }
  }

  /** Writes a value that holds no others; false when it is a container. */
  #primitive(value: unknown): boolean {
    const out = this.#out;
    switch (typeof value) {
      case 'string':
        out.text(TAG.text, value);
        return true;
      case 'number':
        if ((value | 0) === value && !Object.is(value, -0)) out.count(TAG.integer, value);
        else out.float(TAG.float, value);
        return true;
      case 'boolean':
        out.tag(value ? TAG.true : TAG.false);
        return true;
      case 'undefined':
        out.tag(TAG.undefined);
        return true;
      case 'bigint':
        out.text(TAG.bigint, value.toString(36));
        return true;
      case 'symbol':
        if (value === HOLE) out.tag(TAG.hole);
        else out.text(TAG.symbol, symbolName(value));
        return true;
      case 'function':
        return this.#function(value as (...parameters: never[]) => unknown);
      default:
        if (value !== null) return false;
        out.tag(TAG.null);
        return true;
    }
  }

  #function(value: (...parameters: never[]) => unknown): boolean {
    if (typeof (value as { [cacheKey]?: unknown })[cacheKey] === 'function') return false;
    const identity = this.#options.ofFunction?.(value);
    if (identity === undefined) throw new Unidentified(value, `the function '${value.name || 'anonymous'}'`);
    this.#out.text(TAG.function, identity);
    return true;
  }

  #container(value: object): void {
    const depth = this.#depths.get(value);
    if (depth !== undefined) {
      // Seen from here, not from the root: equal structures are equal wherever they sit.
      this.#out.count(TAG.cycle, this.#open.length - depth);
      return;
    }
    const whole = this.#options.ofObject?.(value);
    if (whole !== undefined) {
      this.#out.text(TAG.function, whole);
      return;
    }
    this.#sharing.meet(value);
    this.#depths.set(value, this.#open.length);
    this.#open.push(value);
    this.#stack.push(EXIT);
    const identify = (value as { [cacheKey]?: unknown })[cacheKey];
    if (typeof identify === 'function') {
      this.#out.text(TAG.keyed, className(value));
      this.#stack.push(identify.call(value));
    } else if (Array.isArray(value)) this.#array(value);
    else this.#object(value);
  }

  #array(list: readonly unknown[]): void {
    const { length } = list;
    const extras = length <= EXTRAS_UP_TO ? Object.keys(list).filter((key) => !isIndex(key, length)) : [];
    if (Object.getPrototypeOf(list) !== Array.prototype) this.#class(list, 'Array');
    if (extras.length > 0 || Object.getOwnPropertySymbols(list).length > 0) {
      this.#out.count(TAG.extras, extras.length);
      this.#fields(list as unknown as Record<string, unknown>, extras.sort());
    }
    // Between the properties and the elements: else one's last could be taken for the other's first.
    this.#out.count(TAG.array, length);
    this.#children(length, (index) => {
      const item = list[index];
      return item === undefined && !(index in list) ? HOLE : item;
    });
  }

  /** Writes leading primitives at once and leaves the rest to the stack. */
  #children(count: number, at: (index: number) => unknown): void {
    let first = 0;
    // What is on the stack above must come before.
    if (this.#stack.at(-1) === EXIT) while (first < count && this.#primitive(at(first))) first++;
    for (let index = count - 1; index >= first; index--) this.#stack.push(at(index));
  }

  #object(value: object): void {
    const prototype = Object.getPrototypeOf(value);
    const out = this.#out;
    if (prototype === OBJECT || isForeignPlain(prototype)) this.#record(TAG.object, value);
    else if (prototype === null) this.#record(TAG.nullPrototype, value);
    else if (ArrayBuffer.isView(value)) {
      const kind = Buffer.isBuffer(value) ? 'Buffer' : viewKind(value);
      this.#class(value, kind);
      out.text(TAG.bytesKind, kind);
      out.bytes(TAG.bytes, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (types.isAnyArrayBuffer(value)) {
      const kind = types.isSharedArrayBuffer(value) ? 'SharedArrayBuffer' : 'ArrayBuffer';
      this.#class(value, kind);
      out.text(TAG.bytesKind, kind);
      out.bytes(TAG.bytes, new Uint8Array(value));
    } else if (types.isDate(value)) {
      this.#class(value, 'Date');
      out.float(TAG.date, value.getTime());
    } else if (types.isRegExp(value)) {
      this.#class(value, 'RegExp');
      out.text(TAG.regexp, value.source);
      out.text(TAG.text, value.flags);
      // Where the next search begins.
      if (value.lastIndex !== 0) out.float(TAG.lastIndex, Number(value.lastIndex));
    } else if (types.isMap(value)) {
      this.#class(value, 'Map');
      out.count(TAG.map, value.size);
      this.#all([...value].flat());
    } else if (types.isSet(value)) {
      this.#class(value, 'Set');
      out.count(TAG.set, value.size);
      this.#all([...value]);
    } else if (types.isNativeError(value) || value instanceof DOMException) this.#error(value);
    else if (types.isBoxedPrimitive(value)) {
      this.#class(value, className(value));
      out.tag(TAG.boxed);
      this.#stack.push(value.valueOf());
    } else if (value instanceof URL) {
      this.#class(value, 'URL');
      out.text(TAG.url, value.href);
    } else if (value instanceof URLSearchParams || value instanceof Headers) {
      const kind = value instanceof Headers ? 'Headers' : 'URLSearchParams';
      this.#class(value, kind, OF_NODE);
      out.text(TAG.pairs, kind);
      this.#stack.push([...value]);
    } else {
      const found = settingsOf(value);
      if (found === undefined) this.#instance(value);
      else {
        this.#class(value, found.kind, OF_NODE);
        out.text(TAG.settings, found.kind);
        this.#stack.push(found.settings);
      }
    }
  }

  #instance(value: object): void {
    refuseOpaque(value);
    this.#out.text(TAG.instance, className(value));
    this.#classCode(value);
    this.#record(TAG.object, value, true);
  }

  /** What the methods of an instance do, and what it hides, where that is known. */
  #classCode(value: object): void {
    const { ofClass, ofHidden } = this.#options;
    const made = ofClass && classOfInstance(value);
    if (ofClass === undefined || made === undefined) return;
    if (!this.#classes.has(made)) this.#classes.set(made, ofClass(made, value));
    const code = this.#classes.get(made);
    if (code !== undefined) this.#out.text(TAG.classCode, code);
    const hidden = ofHidden?.(value, this.#options) ?? [];
    if (hidden.length === 0) return;
    this.#out.count(TAG.hidden, hidden.length);
    this.#stack.push(hidden);
  }

  #all(items: readonly unknown[]): void {
    this.#children(items.length, (index) => items[index]);
  }

  #error(error: Error): void {
    const out = this.#out;
    out.text(TAG.error, className(error));
    this.#classCode(error);
    out.text(TAG.text, String(error.name));
    out.text(TAG.text, String(error.message));
    const fields = Object.keys(error).filter((key) => key !== 'stack');
    for (const hidden of ['cause', 'errors']) {
      if (Object.hasOwn(error, hidden) && !fields.includes(hidden)) fields.push(hidden);
    }
    this.#fields(error as unknown as Record<string, unknown>, fields.sort());
  }

  /**
   * The class of a built-in's subclass with the fields that it adds, and those that somebody gave a built-in itself.
   *
   * @param symbols Which of its fields under symbols count; Node keeps what is its own under some.
   */
  #class(value: object, base: string, symbols: readonly symbol[] = Object.getOwnPropertySymbols(value)): void {
    const name = className(value);
    // Looking for fields takes time for every element; lists look for theirs anyway.
    if (name === base && (Array.isArray(value) || ArrayBuffer.isView(value))) return;
    const length = (value as { readonly length?: unknown }).length;
    const isField = (key: string): boolean =>
      !(name !== base && key.startsWith('_')) && !(typeof length === 'number' && isIndex(key, length));
    const fields = Object.keys(value).filter(isField);
    if (name === base && fields.length === 0 && symbols.length === 0) return;
    this.#out.text(TAG.instance, name);
    if (name !== base) this.#classCode(value);
    this.#fields(value as Record<string, unknown>, fields.sort(), symbols);
  }

  #record(tag: number, value: object, publicOnly = false): void {
    let keys = Object.keys(value);
    if (publicOnly) keys = keys.filter((key) => !key.startsWith('_'));
    else if (keys.length === 0 && Object.hasOwn(value, Symbol.toStringTag)) {
      // `Math`, `JSON` and the like look empty.
      this.#out.text(TAG.instance, Object.prototype.toString.call(value));
    }
    this.#out.tag(tag);
    this.#fields(value as Record<string, unknown>, sorted(keys));
  }

  /** All names first, then all values: nothing is left to write once the values are on the stack. */
  #fields(
    value: Record<string, unknown>,
    keys: readonly string[],
    allSymbols: readonly symbol[] = Object.getOwnPropertySymbols(value),
  ): void {
    const symbols = allSymbols.filter((symbol) => Object.prototype.propertyIsEnumerable.call(value, symbol));
    const out = this.#out;
    out.count(TAG.key, keys.length);
    for (const key of keys) out.text(TAG.text, key);
    if (symbols.length === 0) {
      this.#children(keys.length, (index) => value[keys[index]!]);
      return;
    }
    const named = symbols
      .map((symbol) => ({ symbol, name: symbolName(symbol) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    out.count(TAG.symbolKey, named.length);
    for (const { name } of named) out.text(TAG.text, name);
    const values = [
      ...keys.map((key) => value[key]),
      ...named.map(({ symbol }) => (value as Record<symbol, unknown>)[symbol]),
    ];
    this.#children(values.length, (index) => values[index]);
  }
}

const isSimple = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean';

function sorted(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++) if (keys[i - 1]! > keys[i]!) return keys.sort();
  return keys;
}

/** Registered and well-known symbols mean the same in every process; others don't. */
function symbolName(symbol: symbol): string {
  const registered = Symbol.keyFor(symbol);
  if (registered !== undefined) return `for ${registered}`;
  const { description } = symbol;
  const name = description?.startsWith('Symbol.') ? description.slice('Symbol.'.length) : undefined;
  if (name !== undefined && (Symbol as unknown as Record<string, unknown>)[name] === symbol)
    return `well-known ${name}`;
  throw new Unidentified(symbol, `the unique ${String(symbol)}`);
}

const viewKind = (view: ArrayBufferView): string =>
  (view as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] ?? 'DataView';

const isIndex = (key: string, length: number): boolean => {
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < length && String(index) === key;
};

/** A plain object of another realm (`node:vm`). */
const isForeignPlain = (prototype: object | null): boolean =>
  prototype !== null &&
  Object.getPrototypeOf(prototype) === null &&
  (prototype.constructor as Function | undefined)?.name === 'Object' &&
  Object.hasOwn(prototype, 'isPrototypeOf');
