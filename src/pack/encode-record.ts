import { inspect, types } from 'node:util';
import { constructedArguments } from './constructed.ts';
import { writeArrayBuffer, writeView } from './encode-binary.ts';
import { writeError } from './encode-error.ts';
import { writeFunction } from './encode-function.ts';
import { writeHooked } from './encode-hooked.ts';
import { writeInstance } from './encode-instance.ts';
import { integrityOf, writeProperties, writePrototype } from './encode-properties.ts';
import { writeReference } from './encode-reference.ts';
import { writeSymbol, writeSymbolHead } from './encode-symbol.ts';
import { writeWeakEntry } from './encode-weak.ts';
import type { Encoder } from './encoder.ts';
import { Integrity, Kind, Prototype } from './format.ts';
import { isImported } from './references/package-reference.ts';
import { Refusal } from './refusal.ts';
import { SharedVariable } from './shared-variable.ts';
import { WeakEntry } from './weak-collections.ts';

/** Objects with more properties than this are taken for dictionaries, whose keys no other object has. */
const LARGEST_SHAPE = 40;
/** So many arrays without holes and names are looked at from all sides before others are taken to be like them. */
const CAREFUL_ARRAYS = 100;
/** Of larger objects and arrays, only so many properties are looked at from all sides. */
const MOST_DESCRIBED = 1_000;

/** Writes the record of any value that has an identity. @throws Refusal */
export function writeRecord(encoder: Encoder, value: object | symbol): void {
  if (typeof value === 'symbol') writeSymbol(encoder, value);
  else if (types.isProxy(value)) writeProxy(encoder, value);
  else if (value instanceof SharedVariable) writeVariable(encoder, value);
  else if (value instanceof WeakEntry) writeWeakEntry(encoder, value);
  else if (typeof value === 'function') writeFunction(encoder, value);
  else if (!writeReference(encoder, value)) writeObject(encoder, value);
}

/** Test runners put proxies before modules; of all others, nobody can tell what they do. */
function writeProxy(encoder: Encoder, value: object): void {
  if (!isImported(value) || !writeReference(encoder, value)) throw new Refusal('a Proxy');
}

function writeVariable(encoder: Encoder, variable: SharedVariable): void {
  encoder.heads.byte(Kind.variable);
  encoder.slot(variable.value, '');
}

function writeObject(encoder: Encoder, value: object): void {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === Object.prototype && writePlain(encoder, value as Record<string, unknown>)) return;
  if (prototype !== Array.prototype && writeHooked(encoder, value)) return;
  if (Array.isArray(value)) writeArray(encoder, value);
  else if (types.isMap(value)) writeMap(encoder, value);
  else if (types.isSet(value)) writeSet(encoder, value);
  else if (types.isDate(value)) writeDate(encoder, value);
  else if (types.isRegExp(value)) writeRegExp(encoder, value);
  // From Node 22 on, the engine takes a DOMException for an error of its own, which it is not.
  else if (types.isNativeError(value)) writeConstructed(encoder, value) || writeError(encoder, value);
  else if (ArrayBuffer.isView(value)) writeView(encoder, value);
  else if (types.isAnyArrayBuffer(value)) writeArrayBuffer(encoder, value);
  else if (types.isBoxedPrimitive(value)) writeBoxed(encoder, value);
  else if (!writeConstructed(encoder, value)) writeInstance(encoder, value);
}

/** The quick way for objects that are nothing but data; false for others. */
function writePlain(encoder: Encoder, value: Readonly<Record<string, unknown>>): boolean {
  if (!Object.isExtensible(value)) return false;
  const keys = Object.getOwnPropertyNames(value);
  const isUsual = encoder.isUsual(keys);
  if (!isUsual && !isOrdinary(value, keys)) return false;
  encoder.heads.byte(Kind.object);
  if (keys.length > LARGEST_SHAPE) {
    encoder.heads.byte(0);
    encoder.keys(keys);
  } else {
    encoder.shape(keys);
  }
  for (const key of keys) {
    const child = value[key];
    if (typeof child === 'function') encoder.homes.add(child, value);
    encoder.slot(child, key);
  }
  return true;
}

/** Whether an object has no hidden, fixed or computed properties, and no symbols, which may be hooks. */
function isOrdinary(value: object, keys: readonly string[]): boolean {
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  for (let i = 0; i < keys.length && i < MOST_DESCRIBED; i++) {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, keys[i]!)!;
    if (!descriptor.writable || !descriptor.enumerable || !descriptor.configurable) return false;
  }
  return true;
}

function writeArray(encoder: Encoder, value: readonly unknown[]): void {
  const { heads, bodies } = encoder;
  const { length } = value;
  heads.byte(Kind.array);
  heads.unsigned(length);
  const isLong = length > MOST_DESCRIBED && isUnnamed(value);
  if ((isLong || encoder.bareArrays >= CAREFUL_ARRAYS) && looksBare(value)) {
    writeElements(encoder, value);
    bodies.byte(Prototype.usual);
    bodies.byte(0);
    bodies.byte(Integrity.open);
    return;
  }
  const keys = Reflect.ownKeys(value);
  // Indices come first, in order: when the last one is in its place, none is missing before it.
  const isDense = (length === 0 || keys[length - 1] === String(length - 1)) && !hasGetter(value);
  const rest = (isDense ? keys.slice(length) : keys).filter((key) => key !== 'length');
  encoder.bareArrays = isDense && rest.length === 0 ? encoder.bareArrays + 1 : 0;
  if (isDense) writeElements(encoder, value);
  else bodies.byte(0);
  writeRest(encoder, value, Array.prototype, rest);
}

function writeElements(encoder: Encoder, value: readonly unknown[]): void {
  encoder.bodies.byte(1);
  for (let i = 0; i < value.length; i++) encoder.slot(value[i], i);
}

/** Whether an array is taken to have nothing but its elements, as those before it. */
function looksBare(value: readonly unknown[]): boolean {
  // A hole is found as `undefined` too.
  return (
    Object.getPrototypeOf(value) === Array.prototype && Object.isExtensible(value) && !includes.call(value, undefined)
  );
}

const { includes } = Array.prototype;

/** Whether an array has nothing but elements, without listing these: nothing else can tell it. */
function isUnnamed(value: readonly unknown[]): boolean {
  const text = inspect(value, { maxArrayLength: 0, depth: 0, customInspect: false, compact: true });
  return /^\[ ?\.\.\. \d+ more items? ?\]$/.test(text);
}

function hasGetter(value: readonly unknown[]): boolean {
  for (let i = 0; i < value.length && i < MOST_DESCRIBED; i++)
    if (Reflect.getOwnPropertyDescriptor(value, i)!.get !== undefined) return true;
  return false;
}

/** Prototype, own properties and integrity of an object whose content is written. */
function writeRest(encoder: Encoder, value: object, usual: object, keys = Reflect.ownKeys(value)): void {
  writePrototype(encoder, value, usual);
  writeProperties(encoder, value, keys);
  encoder.bodies.byte(integrityOf(value));
}

function writeMap(encoder: Encoder, value: ReadonlyMap<unknown, unknown>): void {
  encoder.heads.byte(Kind.map);
  encoder.bodies.unsigned(value.size);
  let index = 0;
  for (const [key, child] of Map.prototype.entries.call(value)) {
    const label = typeof key === 'string' ? `get('${key}')` : `entry ${index}`;
    encoder.slot(key, `key ${index++}`);
    encoder.slot(child, label);
  }
  writeRest(encoder, value, Map.prototype);
}

function writeSet(encoder: Encoder, value: ReadonlySet<unknown>): void {
  encoder.heads.byte(Kind.set);
  encoder.bodies.unsigned(value.size);
  let index = 0;
  for (const child of Set.prototype.values.call(value)) encoder.slot(child, `item ${index++}`);
  writeRest(encoder, value, Set.prototype);
}

function writeDate(encoder: Encoder, value: Date): void {
  encoder.heads.byte(Kind.date);
  encoder.heads.double(Date.prototype.getTime.call(value));
  writeRest(encoder, value, Date.prototype);
}

function writeRegExp(encoder: Encoder, value: RegExp): void {
  encoder.heads.byte(Kind.regexp);
  encoder.heads.string(value.source);
  encoder.heads.string(value.flags);
  writeRest(encoder, value, RegExp.prototype);
}

/** `new String('a')`, `Object(1n)`; the characters of a string are no properties of it here. */
function writeBoxed(encoder: Encoder, value: object): void {
  const { heads } = encoder;
  const inner = (value as { valueOf(): unknown }).valueOf();
  heads.byte(Kind.boxed);
  heads.string(typeof inner);
  if (typeof inner === 'symbol') writeSymbolHead(encoder, inner);
  else heads.string(Object.is(inner, -0) ? '-0' : String(inner));
  const keys = Reflect.ownKeys(value);
  const own = typeof inner === 'string' ? keys.slice(inner.length).filter((key) => key !== 'length') : keys;
  writeRest(encoder, value, Object(inner).constructor.prototype as object, own);
}

function writeConstructed(encoder: Encoder, value: object): boolean {
  const found = constructedArguments(value);
  if (!found) return false;
  encoder.heads.byte(Kind.constructed);
  encoder.heads.string(found.path);
  encoder.bodies.unsigned(found.args.length);
  found.args.forEach((argument, i) => {
    encoder.slot(argument, i);
  });
  return true;
}
