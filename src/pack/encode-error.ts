import { integrityOf, writeProperties, writePrototype } from './encode-properties.ts';
import type { Encoder } from './encoder.ts';
import { Kind } from './format.ts';

/** An error with its class, message, stack, cause and whatever else it carries. */
export function writeError(encoder: Encoder, value: Error): void {
  encoder.heads.byte(Kind.error);
  writePrototype(encoder, value, Error.prototype);
  // The engine makes the stack when it is read, and keeps it as a property or behind an accessor.
  const { stack } = value as { stack?: unknown };
  encoder.slot(typeof stack === 'string' ? stack : undefined, 'stack');
  const keys = Reflect.ownKeys(value).filter((key) => key !== 'stack');
  writeProperties(encoder, value, keys);
  encoder.bodies.byte(integrityOf(value));
}
