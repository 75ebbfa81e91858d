import { isKnownGlobal } from '../../inspect/index.ts';
import { countsInKeys } from '../environment.ts';
import { hasContent } from './hidden-content.ts';
import { classesOf } from './instance-classes.ts';
import type { OpenHolder } from './open-holders.ts';

/** What the environment or the global object has under a name. */
export interface OpenValue {
  readonly value: unknown;
  /** Whether it counts: functions, instances and what the language put there do not, nor do secrets of a container. */
  readonly counts: boolean;
  /** Whether the same is still there. */
  readonly isSame: () => boolean;
}

export function openValue(holder: OpenHolder, name: string): OpenValue {
  if (holder === 'env') {
    const value = process.env[name];
    return { value, counts: countsInKeys(name), isSame: () => process.env[name] === value };
  }
  const read = () => Reflect.getOwnPropertyDescriptor(globalThis, name);
  const descriptor = read();
  const value: unknown = descriptor?.value;
  // Getters are left alone: some warn, some load things.
  const counts = descriptor?.get === undefined && !isKnownGlobal(name) && isPlainData(value);
  return { value, counts, isSame: () => Object.is(read()?.value, value) };
}

const isPlainData = (value: unknown): boolean =>
  typeof value !== 'function' && hasContent(value, {}) && classesOf(value).length === 0;
