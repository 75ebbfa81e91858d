import { EventEmitter } from 'node:events';
import { types } from 'node:util';
import { hasPrivateMembers } from '../inspect/index.ts';
import { isBuiltIn } from './function-facts.ts';
import { Refusal } from './refusal.ts';

/** Refuses what has no content that could be written down. @throws Refusal */
export function refuseOpaque(value: object): void {
  if (types.isPromise(value)) throw new Refusal('a promise', 'Await it and pass what it gives.');
  if (types.isGeneratorObject(value)) throw new Refusal('a running generator', 'Pass the generator function instead.');
  if (types.isMapIterator(value) || types.isSetIterator(value) || runningIterators.has(tagOf(value))) {
    throw new Refusal('a running iterator', 'Pass the collection instead.');
  }
  if (types.isArgumentsObject(value)) throw new Refusal('the arguments of a call', 'Pass a copy: [...arguments].');
  if (types.isExternal?.(value)) throw new Refusal('a native handle');
  if (isWeak(value)) throw new Refusal(`a ${tagOf(value)}`);
}

/** Whether it holds things without anybody being able to say which. */
export function isWeak(value: unknown): value is object {
  return typeof value === 'object' && value !== null && weakTags.has(tagOf(value));
}

const tagOf = (value: object): string => Object.prototype.toString.call(value).slice('[object '.length, -1);

const runningIterators = new Set([
  'Array Iterator',
  'Iterator Helper',
  'RegExp String Iterator',
  'Segmenter String Iterator',
  'String Iterator',
]);
const weakTags = new Set(['WeakMap', 'WeakSet', 'WeakRef', 'FinalizationRegistry']);

/** Refuses instances whose class keeps something outside their properties. @throws Refusal */
export function refuseInstance(value: object): void {
  for (let at: object | null = value; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const made: unknown = Reflect.getOwnPropertyDescriptor(at, 'constructor')?.value;
    if (typeof made !== 'function' || made.prototype !== at || made === EventEmitter || isErrorClass(made)) continue;
    if (isBuiltIn(made) && Object.getPrototypeOf(at) !== null) throw new Refusal(describeBuiltIn(made));
    if (!hasPrivateMembers(made)) continue;
    const hint = `Define [getState]() and static [fromState](state) on ${made.name}, or create it inside the function, or hold it in stateful(() => …).`;
    throw new Refusal(`an instance of ${made.name}, whose #private members nobody else can read`, hint);
  }
}

/** What inherits from an error without being one, as error classes did before there was `class`. */
function isErrorClass(made: Function): boolean {
  return made === Error || made.prototype instanceof Error;
}

function describeBuiltIn(made: Function): string {
  const isNative = Function.prototype.toString.call(made).includes('[native code]');
  const isGlobal = (globalThis as Record<string, unknown>)[made.name] === made;
  if (isNative && !isGlobal) return `native ${made.name} handle`;
  return `${/^[AEIOU]/.test(made.name) ? 'an' : 'a'} ${made.name}`;
}
