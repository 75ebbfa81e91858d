import { type ParsedFunction, parseFunction, sourceText } from '../../inspect/index.ts';

/** A member of a function or prototype: its name, and what it holds or its accessors. */
export type Member = readonly [key: string, value: unknown];

/** What a function has been given; its own methods, if it is a class, are part of its code. */
export function attachedTo(fn: Function): Member[] {
  return membersBeside(fn, INNATE, classSource(fn));
}

/** What somebody put on the prototype of a function: the methods that a class writes itself are not listed. */
export function prototypeMembers(fn: Function, prototype: object): Member[] {
  const made = classSource(fn);
  const removed = made ? [...methodNames(made)].filter((key) => !Object.hasOwn(prototype, key)) : [];
  return [...membersBeside(prototype, CONSTRUCTOR, made), ...removed.map((key): Member => [key, undefined])];
}

const FUNCTIONS: ReadonlySet<unknown> = new Set(['AsyncFunction', 'GeneratorFunction', 'AsyncGeneratorFunction']);

/** The object that a function was told to inherit from; `undefined` for one that inherits what functions and classes do. */
export function givenPrototype(fn: Function): object | undefined {
  const prototype = Object.getPrototypeOf(fn) as (object & { readonly [Symbol.toStringTag]?: unknown }) | null;
  const isInnate = typeof prototype !== 'object' || prototype === null || FUNCTIONS.has(prototype[Symbol.toStringTag]);
  return isInnate ? undefined : prototype;
}

const INNATE: ReadonlySet<PropertyKey> = new Set(['length', 'name', 'prototype', 'arguments', 'caller']);
const CONSTRUCTOR: ReadonlySet<PropertyKey> = new Set(['constructor']);

function classSource(fn: Function): ParsedFunction | undefined {
  const parsed = parseFunction(fn);
  return parsed.ok && parsed.form === 'class' ? parsed : undefined;
}

function membersBeside(holder: object, besides: ReadonlySet<PropertyKey>, made: ParsedFunction | undefined): Member[] {
  const members: Member[] = [];
  for (const key of Reflect.ownKeys(holder)) {
    if (besides.has(key)) continue;
    const { value, get, set, enumerable } = Reflect.getOwnPropertyDescriptor(holder, key)!;
    if (get && enumerable && typeof holder === 'function') members.push([String(key), read(holder, key)]);
    else if (get || set) {
      if (!isWritten(get, made) || !isWritten(set, made)) members.push([String(key), [get, set]]);
    } else if (enumerable || typeof value !== 'function' || !isWritten(value, made)) members.push([String(key), value]);
  }
  return members.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether a method is one that stands in the class's own text, and not one that was put in its place. */
function isWritten(method: Function | undefined, made: ParsedFunction | undefined): boolean {
  if (method === undefined) return true;
  return made !== undefined && methodTexts(made).has(sourceText(method) ?? '');
}

/** Names of the methods that a class gives its instances, as far as they are written out. */
function* methodNames({ node }: ParsedFunction): Iterable<string> {
  if (node.type !== 'ClassExpression') return;
  for (const member of node.body.body) {
    if (member.type !== 'MethodDefinition' || member.static || member.computed) continue;
    if (member.key.type === 'Identifier') yield member.key.name;
  }
}

const textsOf = new WeakMap<ParsedFunction, ReadonlySet<string>>();

/** The methods of a class as `Function.prototype.toString` gives them. */
function methodTexts(made: ParsedFunction): ReadonlySet<string> {
  let texts = textsOf.get(made);
  if (!texts) {
    const found = new Set<string>();
    if (made.node.type === 'ClassExpression') {
      for (const member of made.node.body.body) {
        if (member.type !== 'MethodDefinition') continue;
        found.add(made.text.slice(member.start, member.end).replace(member.static ? STATIC : '', ''));
      }
    }
    texts = found;
    textsOf.set(made, texts);
  }
  return texts;
}

/** What stands before a static method, which is no part of its own text. */
const STATIC = /^static(?:\s|\/\*[\s\S]*?\*\/|\/\/.*\n)*/;

const read = (holder: object, key: PropertyKey): unknown => (holder as Record<PropertyKey, unknown>)[key];

/**
 * What a function or prototype has, to tell later whether it still is the same without looking at any text.
 *
 * @param ignores Names that do not matter.
 */
export function contentOf(holder: object, ignores: (key: string) => boolean): unknown[] {
  const content: unknown[] = [];
  for (const key of Reflect.ownKeys(holder)) {
    if (INNATE.has(key) || ignores(String(key))) continue;
    const { value, get, set, enumerable } = Reflect.getOwnPropertyDescriptor(holder, key)!;
    const shown = get && enumerable && typeof holder === 'function' ? read(holder, key) : value;
    content.push(key, shown, get, set);
  }
  return content;
}

export function sameContent(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((part, i) => Object.is(part, other[i]));
}
