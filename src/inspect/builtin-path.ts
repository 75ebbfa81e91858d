import { builtinModules, isBuiltin } from 'node:module';
import { intrinsics } from './intrinsics.ts';
import { answersLater } from './late-answers.ts';
import { sourceText } from './source-text.ts';

/** Globals that every Node process has beside those of the language. */
const NODE_GLOBALS = [
  'AbortController AbortSignal Blob BroadcastChannel Buffer ByteLengthQueuingStrategy CompressionStream CountQueuingStrategy',
  'Crypto CryptoKey CustomEvent DOMException DecompressionStream Event EventSource EventTarget File FormData Headers',
  'MessageChannel MessageEvent MessagePort Navigator Performance PerformanceEntry PerformanceMark PerformanceMeasure',
  'PerformanceObserver ReadableStream Request Response Storage SubtleCrypto TextDecoder TextDecoderStream TextEncoder',
  'TextEncoderStream TransformStream URL URLSearchParams WebAssembly WebSocket WritableStream atob btoa clearImmediate',
  'clearInterval clearTimeout console crypto fetch global navigator performance process queueMicrotask setImmediate',
  'setInterval setTimeout structuredClone',
];
/** Globals of the language, as functions and objects; its values (`NaN`) mean themselves. */
const LANGUAGE_GLOBALS = [
  'AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError',
  'FinalizationRegistry Float16Array Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array Intl Iterator',
  'JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String',
  'Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet',
  'AsyncDisposableStack DisposableStack SuppressedError decodeURI decodeURIComponent encodeURI encodeURIComponent escape',
  'eval globalThis isFinite isNaN parseFloat parseInt undefined unescape',
];
const languageGlobals = new Set(LANGUAGE_GLOBALS.flatMap((line) => line.split(' ')));
const knownGlobals = new Set([...languageGlobals, ...NODE_GLOBALS.flatMap((line) => line.split(' '))]);

let paths: Map<unknown, string> | undefined;
let indexedModules = 0;
/** What is known to be none: who holds a builtin has loaded its module before. */
const others = new WeakSet<object>();

/** Whether the language or Node itself defines a global of that name. */
export function isKnownGlobal(name: string): boolean {
  return knownGlobals.has(name);
}

/**
 * Where a function or object of the language or of Node is found: `Math`, `Object.defineProperty`, `Array.prototype.slice`,
 * `node:crypto#createHash`; `undefined` for everything else.
 */
export function builtinPath(value: unknown): string | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  if (others.has(value)) return undefined;
  paths ??= indexGlobals();
  const indexed = indexModules(paths).get(value);
  // Of plain objects there are many, and what is none of this realm's has another prototype.
  if (indexed !== undefined || isPlain(value)) return indexed;
  const path = lazyGlobal(value) ?? foreignGlobal(value);
  if (path === undefined) others.add(value);
  return path;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}

/** Accessors that cost nothing to read; others load parts of Node that the program may never need. */
const readyGlobals = new Set(['process', 'Buffer']);

function readyGlobal(name: string): unknown {
  const { get, value } = Reflect.getOwnPropertyDescriptor(globalThis, name) ?? {};
  return get === undefined || readyGlobals.has(name) ? (get?.call(globalThis) ?? value) : undefined;
}

/** The name of a global that Node makes when it is first read: somebody who holds it has read it. */
function lazyGlobal(value: object): string | undefined {
  const name: unknown = typeof value === 'function' ? value.name : value.constructor?.name?.toLowerCase?.();
  if (typeof name !== 'string' || !knownGlobals.has(name)) return undefined;
  return (globalThis as Record<string, unknown>)[name] === value ? name : undefined;
}

/** `Array` and `Array.prototype` of another realm: `node:vm`, some test runners and notebooks. */
function foreignGlobal(value: object): string | undefined {
  if (typeof value === 'function') {
    const { name } = value;
    const counterpart = languageGlobals.has(name) ? (globalThis as Record<string, unknown>)[name] : undefined;
    return typeof counterpart === 'function' && isNativeClass(value) ? name : undefined;
  }
  const made = ownValue(value, 'constructor');
  if (typeof made !== 'function' || ownValue(made, 'prototype') !== value) return undefined;
  const path = foreignGlobal(made);
  return path === undefined ? undefined : `${path}.prototype`;
}

function isNativeClass(value: Function): boolean {
  const prototype = ownValue(value, 'prototype');
  return isReference(prototype) && ownValue(prototype, 'constructor') === value && sourceText(value) === undefined;
}

function indexGlobals(): Map<unknown, string> {
  const found = new Map<unknown, string>();
  for (const name of knownGlobals) {
    const value = readyGlobal(name);
    if (!isReference(value) || found.has(value)) continue;
    found.set(value, name);
  }
  for (const [value, name] of [...found]) {
    // Globals that hold what the user put there.
    if (value === globalThis || value === process) continue;
    indexMembers(found, value as object, `${name}.`);
    const prototype = ownValue(value as object, 'prototype');
    if (isReference(prototype)) {
      if (!found.has(prototype)) found.set(prototype, `${name}.prototype`);
      indexMembers(found, prototype, `${name}.prototype.`);
    }
  }
  for (const [name, value] of Object.entries(intrinsics())) {
    if (found.has(value)) continue;
    found.set(value, `%${name}%`);
    indexMembers(found, value, `%${name}%.`);
    const prototype = ownValue(value, 'prototype');
    if (!isReference(prototype) || found.has(prototype)) continue;
    found.set(prototype, `%${name}%.prototype`);
    indexMembers(found, prototype, `%${name}%.prototype.`);
  }
  return found;
}

/** Adds the modules that have been loaded since the last time: what a program can hold comes from one of these. */
function indexModules(found: Map<unknown, string>): Map<unknown, string> {
  const { moduleLoadList = [] } = process as { moduleLoadList?: readonly string[] };
  // Deno does not tell which it has loaded.
  const modules = answersLater ? builtinModules : moduleLoadList;
  for (; indexedModules < modules.length; indexedModules++) {
    const name = modules[indexedModules]!.replace(/^NativeModule /, '');
    if (name.startsWith('_') || !isBuiltin(`node:${name}`)) continue;
    const exported: unknown = process.getBuiltinModule(`node:${name}`);
    if (!isReference(exported)) continue;
    if (!found.has(exported)) found.set(exported, `node:${name}`);
    indexMembers(found, exported, `node:${name}#`);
  }
  return found;
}

function indexMembers(found: Map<unknown, string>, holder: object, before: string): void {
  for (const key of Reflect.ownKeys(holder)) {
    if (key === 'constructor' || key === 'prototype') continue;
    const value = ownValue(holder, key);
    if (isReference(value) && !found.has(value)) found.set(value, `${before}${String(key)}`);
  }
}

/** Getters are left alone: some warn, some load things. */
function ownValue(holder: object, key: string | symbol): unknown {
  return Reflect.getOwnPropertyDescriptor(holder, key)?.value;
}

const isReference = (value: unknown): value is object =>
  typeof value === 'function' || (typeof value === 'object' && value !== null);
