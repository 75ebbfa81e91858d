import { parseFunction } from '../inspect/index.ts';
import { writeProperties } from './encode-properties.ts';
import type { Encoder } from './encoder.ts';

/** Writes what was put on the `prototype` of a function or class, and what that inherits from. */
export function writePrototypeObject(encoder: Encoder, fn: Function, isAdded: (key: string | symbol) => boolean): void {
  const prototype: unknown = Object.hasOwn(fn, 'prototype') ? fn.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null || prototype.constructor !== fn) {
    encoder.bodies.byte(0);
    return;
  }
  encoder.bodies.byte(1);
  const inherits: unknown = Object.getPrototypeOf(prototype);
  const isUsual = inherits === Object.prototype || namesParent(fn);
  encoder.slot(isUsual ? undefined : inherits, 'prototype');
  writeProperties(encoder, prototype, Reflect.ownKeys(prototype).filter(isAdded));
}

/** Whether a class says itself what its instances inherit from. */
function namesParent(fn: Function): boolean {
  const parsed = parseFunction(fn);
  return parsed.ok && parsed.form === 'class' && Boolean((parsed.node as { superClass?: unknown }).superClass);
}
