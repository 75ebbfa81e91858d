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
  const isNative = /\{\s*\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(made));
  if (isBuiltIn || isNative || isOfNode(value, made)) throw new Unidentified(value, `a ${name}`);
}

/** Whether Node itself keeps what an object is where nobody sees it. */
function isOfNode(value: object, made: Function): boolean {
  return Object.keys(value).every((key) => key.startsWith('_')) && builtinPath(made) !== undefined;
}
