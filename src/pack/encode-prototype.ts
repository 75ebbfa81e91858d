import { builtinPath, parseFunction } from '../inspect/index.ts';
import { integrityOf, writeProperties } from './encode-properties.ts';
import type { Encoder } from './encoder.ts';
import { PrototypeObject } from './format.ts';

/** Writes what of the `prototype` of a function or class does not follow from its source. */
export function writePrototypeObject(encoder: Encoder, fn: Function, isAdded: (key: string | symbol) => boolean): void {
  const { bodies } = encoder;
  const prototype: unknown = Object.hasOwn(fn, 'prototype') ? fn.prototype : undefined;
  if (prototype === undefined) {
    bodies.byte(PrototypeObject.usual);
  } else if (!isItsOwn(fn, prototype)) {
    bodies.byte(PrototypeObject.other);
    encoder.slot(prototype, 'prototype');
  } else {
    bodies.byte(PrototypeObject.changed);
    const inherits: unknown = Object.getPrototypeOf(prototype);
    const isUsual = inherits === Object.prototype || namesParent(fn) || isOfGenerator(prototype);
    encoder.slot(isUsual ? undefined : inherits, 'prototype');
    writeProperties(encoder, prototype, Reflect.ownKeys(prototype).filter(isAdded));
    bodies.byte(integrityOf(prototype));
  }
}

/** Whether it is the object that the engine made with the function, and not one that was assigned later. */
function isItsOwn(fn: Function, prototype: unknown): prototype is object {
  if (typeof prototype !== 'object' || prototype === null) return false;
  return Object.hasOwn(prototype, 'constructor') ? prototype.constructor === fn : isOfGenerator(prototype);
}

function isOfGenerator(prototype: object): boolean {
  const inherits = builtinPath(Object.getPrototypeOf(prototype));
  return inherits === '%GeneratorPrototype%' || inherits === '%AsyncGeneratorPrototype%';
}

/** Whether a class says itself what its instances inherit from. */
function namesParent(fn: Function): boolean {
  const parsed = parseFunction(fn);
  return parsed.ok && parsed.form === 'class' && Boolean((parsed.node as { superClass?: unknown }).superClass);
}
