import { AsyncLocalStorage } from 'node:async_hooks';
import { X509Certificate } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { MIMEParams, MIMEType, types } from 'node:util';
import { builtinPath } from '../inspect/index.ts';
import { className, classOfInstance } from './class-name.ts';
import { Unidentified } from './unidentified.ts';

/** Classes of Node that keep all they hold in private fields or native memory, but look like anybody's class. */
const CLOSED = [AsyncLocalStorage, MIMEType, MIMEParams, X509Certificate];

/** Refuses things whose fields say nothing of what they are. @throws Unidentified */
export function refuseOpaque(value: object): void {
  const name = className(value);
  if (types.isPromise(value)) throw new Unidentified(value, 'a promise');
  if (types.isWeakMap(value) || types.isWeakSet(value) || value instanceof WeakRef)
    throw new Unidentified(value, `a ${name}`);
  if (types.isGeneratorObject(value)) throw new Unidentified(value, 'a running generator');
  if (types.isExternal(value)) throw new Unidentified(value, 'a native handle');
  if (value instanceof EventEmitter || value instanceof EventTarget) {
    throw new Unidentified(value, `a ${name || 'event source'} (a stream, socket or other source of events)`);
  }
  if (types.isKeyObject(value) || CLOSED.some((Closed) => value instanceof Closed)) {
    throw new Unidentified(value, `a ${name}`);
  }
  const made = classOfInstance(value);
  // What it inherits from another object is part of it, but no field of its own.
  if (made === undefined || made.prototype !== Object.getPrototypeOf(value)) {
    throw new Unidentified(value, `an object whose prototype is that of no class`);
  }
  const isBuiltIn = (globalThis as Record<string, unknown>)[name] === made;
  if (isBuiltIn || isNative(made) || isOfNode(value, made))
    throw new Unidentified(value, `a ${name || 'native object'}`);
  const parent = closedParent(made);
  if (parent !== undefined) throw new Unidentified(value, `a ${name}, which extends ${parent}`);
}

const isNative = (made: Function): boolean =>
  /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(made));

/** The name of a class of the language or of Node that a class extends, which may keep anything about its instances. */
function closedParent(made: Function): string | undefined {
  let prototype: unknown = Object.getPrototypeOf(made.prototype);
  for (; typeof prototype === 'object' && prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    // `Object`, whichever realm it is of.
    if (Object.getPrototypeOf(prototype) === null) return undefined;
    const parent: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    if (typeof parent !== 'function' || parent.name === 'Iterator') continue;
    if (isNative(parent) || (builtinPath(parent) !== undefined && builtinPath(made) === undefined)) return parent.name;
  }
  return undefined;
}

/** Whether Node itself keeps what an object is where nobody sees it. */
function isOfNode(value: object, made: Function): boolean {
  return Object.keys(value).every((key) => key.startsWith('_')) && builtinPath(made) !== undefined;
}
