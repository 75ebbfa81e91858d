import { answersLater } from '../../inspect/index.ts';
import { className } from '../class-name.ts';
import { digest } from '../digest.ts';
import { DigestError } from '../digest-error.ts';
import type { EncodingOptions } from '../encoder.ts';
import { Unidentified } from '../unidentified.ts';
import { configuredFields, fieldNames } from './configured-fields.ts';

/**
 * What an instance keeps in its `#private` fields of what it was given, in the order of the source; what has no identity,
 * such as a client, is left out.
 *
 * @throws Unidentified where the runtime does not show it at once.
 */
export function hiddenContent(instance: object, options: EncodingOptions): readonly unknown[] {
  const names = fieldNames(Object.getPrototypeOf(instance));
  if (!names.some(({ name }) => name.startsWith('#'))) return [];
  if (answersLater) {
    throw new Unidentified(
      instance,
      `an instance of '${className(instance)}'`,
      'whose #private fields this runtime hides',
    );
  }
  // Holders of each other would ask for each other without end.
  const shallow = { ...options, ofHidden: undefined };
  return configuredFields(instance, () => false)
    .filter(({ name, value }) => name.startsWith('#') && hasContent(value, shallow))
    .map(({ value }) => value);
}

const MAY_HAVE_NONE: ReadonlySet<string> = new Set(['object', 'function', 'symbol']);

/** Whether a value has an identity. */
export function hasContent(value: unknown, options: EncodingOptions): boolean {
  if (ArrayBuffer.isView(value) || !MAY_HAVE_NONE.has(typeof value)) return true;
  try {
    digest(value, options);
    return true;
  } catch (error) {
    if (error instanceof DigestError) return false;
    throw error;
  }
}
