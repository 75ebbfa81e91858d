import { constructorAt } from './constructed.ts';
import { corrupt } from './corrupt.ts';
import { type Decoder, type Part, PENDING } from './decoder.ts';
import { Kind, MemberPart } from './format.ts';
import type { ClassHead, FunctionHead, HeadReader, ReducedHead } from './read-head.ts';
import { exportOf } from './references/resolve-reference.ts';
import { fillClass } from './revive-class.ts';
import { fillFunction } from './revive-function.ts';
import type { RevivedCapture, RevivedVariables } from './revived-variables.ts';
import { fromState } from './symbols.ts';
import { asUser } from './user-errors.ts';

/** Reads the body of a record into the object that its head gave, or arranges for it to be made. */
export function fillRecord(decoder: Decoder, record: number, heads: HeadReader, variables: RevivedVariables): void {
  const kind = heads.kinds[record]!;
  const detail = heads.details[record];
  const value = decoder.value(record) as object;
  switch (kind) {
    case Kind.object:
      fillObject(decoder, value as Record<string, unknown>, detail as readonly string[]);
      return;
    case Kind.record:
      fillRest(decoder, value);
      return;
    case Kind.array:
      fillArray(decoder, value as unknown[], detail as number);
      return;
    case Kind.map:
      fillMap(decoder, value as Map<unknown, unknown>);
      return;
    case Kind.set:
      fillSet(decoder, value as Set<unknown>);
      return;
    case Kind.date:
    case Kind.regexp:
    case Kind.boxed:
      fillRest(decoder, value);
      return;
    case Kind.error:
      fillError(decoder, value as Error);
      return;
    case Kind.namespace:
      fillNamespace(decoder, value, variables);
      return;
    case Kind.variable:
      variables.read(decoder, record);
      return;
    case Kind.function:
      fillFunction(decoder, record, detail as FunctionHead, variables);
      return;
    case Kind.class:
      fillClass(decoder, record, detail as ClassHead, variables);
      return;
    default:
      fillMade(decoder, record, kind, detail);
  }
}

function fillObject(decoder: Decoder, target: Record<string, unknown>, keys: readonly string[]): void {
  for (const key of keys) {
    const value = decoder.read();
    if (value !== PENDING && key !== '__proto__') {
      target[key] = value;
      continue;
    }
    const define = (made: unknown): void => {
      Object.defineProperty(target, key, { value: made, writable: true, enumerable: true, configurable: true });
    };
    define(undefined);
    decoder.give({ value, record: decoder.lastRecord }, define);
  }
}

function fillRest(decoder: Decoder, target: object): void {
  decoder.prototype(target);
  decoder.properties(target);
  decoder.integrity(target);
}

function fillArray(decoder: Decoder, target: unknown[], length: number): void {
  if (decoder.bodies.byte() === 1) {
    if (length > decoder.bodies.remaining) throw corrupt('it ends too early');
    for (let i = 0; i < length; i++) {
      const value = decoder.read();
      target[i] = value === PENDING ? undefined : value;
      if (value !== PENDING) continue;
      decoder.give({ value, record: decoder.lastRecord }, (made) => {
        target[i] = made;
      });
    }
  } else {
    target.length = length;
  }
  fillRest(decoder, target);
}

/** Entries keep their order, so a map is filled at once: when the last of its parts is there. */
function fillMap(decoder: Decoder, target: Map<unknown, unknown>): void {
  const parts = readParts(decoder, decoder.bodies.count() * 2);
  whenMade(decoder, parts, (values) => {
    for (let i = 0; i < values.length; i += 2) Map.prototype.set.call(target, values[i], values[i + 1]);
  });
  fillRest(decoder, target);
}

function fillSet(decoder: Decoder, target: Set<unknown>): void {
  const parts = readParts(decoder, decoder.bodies.count());
  whenMade(decoder, parts, (values) => {
    for (const value of values) Set.prototype.add.call(target, value);
  });
  fillRest(decoder, target);
}

function readParts(decoder: Decoder, count: number): Part[] {
  const parts: Part[] = [];
  for (let i = 0; i < count; i++) parts.push(decoder.part());
  return parts;
}

/** Does something with the values of parts as soon as all of them are there. */
function whenMade(decoder: Decoder, parts: readonly Part[], use: (values: unknown[]) => void): void {
  let missing = 0;
  const arrived = (): void => {
    if (--missing === 0) use(parts.map((part) => decoder.resolve(part)));
  };
  for (const part of parts) {
    if (decoder.resolve(part) !== PENDING) continue;
    missing++;
    decoder.give(part, arrived);
  }
  if (missing === 0) use(parts.map((part) => decoder.resolve(part)));
}

function fillError(decoder: Decoder, target: Error): void {
  decoder.prototype(target);
  const stack = decoder.part().value;
  if (typeof stack === 'string') {
    Object.defineProperty(target, 'stack', { value: stack, writable: true, enumerable: false, configurable: true });
  } else {
    Reflect.deleteProperty(target, 'stack');
  }
  decoder.properties(target);
  decoder.integrity(target);
}

function fillNamespace(decoder: Decoder, target: object, variables: RevivedVariables): void {
  const count = decoder.bodies.count();
  const captures: RevivedCapture[] = [];
  for (let i = 0; i < count; i++) {
    const [capture] = variables.captures(decoder, [decoder.bodies.string()]);
    captures.push(capture!);
    const { name, part } = capture!;
    const define = (value: unknown): void => {
      Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
    };
    define(undefined);
    if (part) decoder.give(part, define);
  }
  decoder.atEnd(() => {
    for (const capture of captures) if (!capture.part) defineLive(decoder, target, capture, variables);
    Object.freeze(target);
  });
}

/** An export that its module may assign. */
function defineLive(decoder: Decoder, target: object, capture: RevivedCapture, variables: RevivedVariables): void {
  const { name } = capture;
  const holder = variables.holder(decoder, capture) as Record<string, unknown> | undefined;
  const value = decoder.resolve(variables.value(capture));
  const get = () => (holder ? holder[name] : value);
  Object.defineProperty(target, name, { get, enumerable: true, configurable: true });
}

/** Records that a constructor, an export or a class makes. */
function fillMade(decoder: Decoder, record: number, kind: number, detail: unknown): void {
  const { bodies } = decoder;
  switch (kind) {
    case Kind.view: {
      const value = decoder.value(record) as object;
      decoder.prototype(value);
      decoder.properties(value);
      return;
    }
    case Kind.arrayBuffer:
    case Kind.symbol:
    case Kind.reference:
    case Kind.weak:
      return;
    case Kind.weakEntry:
      fillWeakEntry(decoder, record);
      return;
    case Kind.prototype: {
      const owner = decoder.recordPart();
      makeFrom(decoder, record, [owner], ([made]) => (made as { prototype: unknown }).prototype);
      return;
    }
    case Kind.constructed: {
      const parts = readParts(decoder, bodies.count());
      makeFrom(decoder, record, parts, (args) => construct(detail as string, args));
      return;
    }
    case Kind.reduced: {
      const parts = readParts(decoder, bodies.count());
      const { module, name } = detail as ReducedHead;
      makeFrom(decoder, record, parts, (args) => callExport(module, name, args, decoder.base));
      return;
    }
    case Kind.bound: {
      const [target, boundThis] = [decoder.part(), decoder.part()];
      const args = readParts(decoder, bodies.count());
      const name = decoder.part();
      const own = decoder.collectProperties();
      const close = decoder.collectIntegrity();
      makeFrom(decoder, record, [target, boundThis, name, ...args], ([fn, self, called, ...rest]) => {
        const bound = bind(fn, self, rest, called);
        own(bound);
        close(bound);
        return bound;
      });
      return;
    }
    case Kind.member: {
      const [home, key] = [decoder.recordPart(), decoder.part()];
      makeFrom(decoder, record, [home, key], ([object, name]) => memberOf(object, name, detail as number));
      return;
    }
    case Kind.state: {
      const owner = decoder.recordPart();
      const state = decoder.part();
      const hasFromState = detail === true;
      makeFrom(decoder, record, [owner, state], ([made, from]) => instanceOf(made, from, hasFromState));
      return;
    }
    default:
      throw corrupt('a record in it is of no known kind');
  }
}

/** What is known of a key here, such as the private statics of a class, stays as it is. */
function fillWeakEntry(decoder: Decoder, record: number): void {
  const parts = [decoder.recordPart(), decoder.recordPart(), decoder.part()];
  decoder.alsoReached(record);
  whenMade(decoder, parts, ([collection, key, value]) => {
    if (collection instanceof WeakMap) collection.has(key as object) || collection.set(key as object, value);
    else if (collection instanceof WeakSet) collection.add(key as object);
    else throw corrupt('an entry in it is of no weak collection');
  });
}

/** Arranges for a record to be made of parts that must all be there. */
function makeFrom(
  decoder: Decoder,
  record: number,
  parts: readonly Part[],
  make: (values: unknown[]) => unknown,
): void {
  const needs = () => parts.flatMap((part) => (part.value === PENDING ? [part.record] : []));
  decoder.late(record, { needs, make: () => make(parts.map((part) => decoder.resolve(part))) });
}

function construct(path: string, args: readonly unknown[]): object {
  const made = constructorAt(path);
  if (!made) throw corrupt(`it has a ${path}, which is not known here`);
  try {
    return new made(...args);
  } catch (error) {
    throw corrupt(`it has a ${path} that cannot be made`, error);
  }
}

function callExport(module: string, name: string, args: readonly unknown[], base: string): unknown {
  const dot = name.lastIndexOf('.');
  const owner = dot < 0 ? undefined : exportOf(module, name.slice(0, dot), 'import', base);
  const made = exportOf(module, name, 'import', base);
  if (typeof made !== 'function') throw corrupt(`'${name}' of '${module}' is no function`);
  return /^class\b/.test(Function.prototype.toString.call(made))
    ? Reflect.construct(made, args)
    : Reflect.apply(made, owner, args);
}

function bind(fn: unknown, self: unknown, args: readonly unknown[], name: unknown): Function {
  if (typeof fn !== 'function') throw corrupt('a bound function in it has no function');
  const bound = Function.prototype.bind.call(fn, self, ...args) as Function;
  if (bound.name !== name) Object.defineProperty(bound, 'name', { value: name, configurable: true });
  return bound;
}

function memberOf(object: unknown, key: unknown, part: number): unknown {
  const descriptor = Reflect.getOwnPropertyDescriptor(Object(object) as object, key as string | symbol) ?? {};
  const { value, get, set } = descriptor;
  const found: unknown = { [MemberPart.value]: value, [MemberPart.get]: get, [MemberPart.set]: set }[part];
  if (typeof found !== 'function') throw corrupt('a class in it lacks a function that it should have');
  return found;
}

function instanceOf(made: unknown, state: unknown, hasFromState: boolean): unknown {
  if (typeof made !== 'function') throw corrupt('an instance in it has no class');
  if (!hasFromState) return Object.assign(Object.create(made.prototype as object), state);
  const make = (made as unknown as { [fromState]?: (state: unknown) => unknown })[fromState];
  if (typeof make !== 'function') throw corrupt(`${made.name} has no static [fromState]() here`);
  return asUser(() => make.call(made, state));
}
