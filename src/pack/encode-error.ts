import { builtinPath } from '../inspect/index.ts';
import { integrityOf, writeProperties, writePrototype } from './encode-properties.ts';
import type { Encoder } from './encoder.ts';
import { Kind } from './format.ts';
import { isBuiltIn } from './function-facts.ts';

/** Node puts prototypes of its own, which nobody can name, between its errors and the class that they are of. */
function knownPrototype(value: Error): object | null {
  let prototype: object | null = Object.getPrototypeOf(value);
  while (prototype && isHidden(prototype)) prototype = Object.getPrototypeOf(prototype);
  return prototype;
}

function isHidden(prototype: object): boolean {
  const made: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return (
    typeof made === 'function' &&
    isBuiltIn(made) &&
    builtinPath(made) === undefined &&
    builtinPath(prototype) === undefined
  );
}

/** An error with its class, message, stack, cause and whatever else it carries. */
export function writeError(encoder: Encoder, value: Error): void {
  encoder.heads.byte(Kind.error);
  writePrototype(encoder, value, Error.prototype, knownPrototype(value));
  // The engine makes the stack when it is read, and keeps it as a property or behind an accessor.
  const { stack } = value as { stack?: unknown };
  encoder.slot(typeof stack === 'string' ? stack : undefined, 'stack');
  const keys = Reflect.ownKeys(value).filter((key) => key !== 'stack');
  writeProperties(encoder, value, keys);
  encoder.bodies.byte(integrityOf(value));
}
