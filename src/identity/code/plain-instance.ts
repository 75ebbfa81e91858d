import { builtinPath } from '../../inspect/index.ts';
import { cacheKey } from '../digest.ts';
import { classOf } from './instance-classes.ts';

/** An instance of a user's class that extends nothing of the language, which may hold more than fields. */
export function isPlainInstance(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || cacheKey in value || !classOf(value)) return false;
  let prototype: unknown = Object.getPrototypeOf(value);
  while (typeof prototype === 'object' && prototype !== null && prototype !== Object.prototype) {
    const made: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
    if (builtinPath(prototype) !== undefined || builtinPath(made) !== undefined) return false;
    prototype = Object.getPrototypeOf(prototype);
  }
  return true;
}

/** What an instance shows, without the name of its class. */
export function publicFields(value: object): object {
  const fields = { ...(value as Record<string, unknown>) };
  for (const key of Object.keys(fields)) if (key.startsWith('_')) delete fields[key];
  return fields;
}
