import type { Encoder } from './encoder.ts';
import { Kind, WeakForm } from './format.ts';
import type { WeakEntry } from './weak-collections.ts';

/** A weak collection in which a class keeps something about its instances; false for others. */
export function writeWeak(encoder: Encoder, value: object): boolean {
  const id = encoder.weaks.idOf(value);
  if (id === undefined) return false;
  encoder.heads.byte(Kind.weak);
  encoder.heads.byte(value instanceof WeakMap ? WeakForm.map : WeakForm.set);
  encoder.heads.string(id);
  return true;
}

/** What a weak collection holds for a value that travels. */
export function writeWeakEntry(encoder: Encoder, { collection, key, value }: WeakEntry): void {
  encoder.heads.byte(Kind.weakEntry);
  encoder.bodies.unsigned(encoder.refer(collection, ''));
  encoder.bodies.unsigned(encoder.refer(key, ''));
  encoder.slot(value, '');
}
