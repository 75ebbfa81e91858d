import type { Encoder } from './encoder.ts';
import { Integrity, Property, Prototype } from './format.ts';
import type { Label } from './refusal.ts';

/** Writes the own properties of `value`, those of `keys` if given, with their descriptors. */
export function writeProperties(
  encoder: Encoder,
  value: object,
  keys: readonly (string | symbol)[] = Reflect.ownKeys(value),
): void {
  const { bodies } = encoder;
  bodies.unsigned(keys.length);
  for (const key of keys) {
    const label = labelOf(key);
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key) ?? {};
    encoder.slot(key, label);
    bodies.byte(flagsOf(descriptor));
    if (isAccessor(descriptor)) {
      encoder.slot(descriptor.get, `get ${label}`);
      encoder.slot(descriptor.set, `set ${label}`);
      for (const half of [descriptor.get, descriptor.set]) if (half) encoder.homes.add(half, value);
    } else {
      if (typeof descriptor.value === 'function') encoder.homes.add(descriptor.value, value);
      encoder.slot(descriptor.value, label);
    }
  }
}

/** How a property is called in paths. */
export function labelOf(key: string | symbol): Label {
  return typeof key === 'symbol' ? `[${String(key.description)}]` : key;
}

function flagsOf(descriptor: PropertyDescriptor): number {
  return (
    (descriptor.enumerable ? Property.enumerable : 0) |
    (descriptor.writable ? Property.writable : 0) |
    (descriptor.configurable ? Property.configurable : 0) |
    (isAccessor(descriptor) ? Property.accessor : 0)
  );
}

function isAccessor(descriptor: PropertyDescriptor): boolean {
  return 'get' in descriptor;
}

/** Writes the prototype of `value`, shortest when it is the one that such values usually have. */
export function writePrototype(
  encoder: Encoder,
  value: object,
  usual: object | null,
  prototype: object | null = Object.getPrototypeOf(value) as object | null,
): void {
  const { bodies } = encoder;
  if (prototype === usual) bodies.byte(Prototype.usual);
  else if (prototype === null) bodies.byte(Prototype.null);
  else {
    bodies.byte(Prototype.record);
    bodies.unsigned(encoder.refer(prototype, `class ${className(prototype)}`));
  }
}

/** What a prototype object belongs to, for messages. */
export function className(prototype: object): string {
  const made: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return (typeof made === 'function' && made.name) || 'Object';
}

/** Whether an object can still get properties, and change those that it has. */
export function integrityOf(value: object): number {
  if (Object.isExtensible(value)) return Integrity.open;
  if (Object.isFrozen(value)) return Integrity.frozen;
  return Object.isSealed(value) ? Integrity.sealed : Integrity.closed;
}
