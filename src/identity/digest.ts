import { Encoder, type EncodingOptions } from './encoder.ts';
import { EncodingBuffer } from './encoding-buffer.ts';

/** Method by which an instance says what identifies it: `[cacheKey]() { return [this.model, this.version]; }`. */
export const cacheKey: unique symbol = Symbol.for('hypernodes.cacheKey') as never;

const encoder = new Encoder(new EncodingBuffer());

/**
 * Content hash of a value: equal structure gives an equal digest, in any process; any difference gives another one.
 *
 * Types are told apart (1, '1', true, null, undefined, NaN, -0, Map, Set, Date, typed arrays, …). The order of object keys
 * does not matter; that of Map and Set entries does, since a consumer can see it. Shared references count as copies,
 * cycles are fine. An instance is its class name and public own fields (not those that begin with `_`), or what its
 * `[cacheKey]()` returns; an `Error` is its class, name, message and fields without the stack; a getter is the value that it
 * gives. Own properties beyond the elements of an array are seen up to 1,024 elements; those of typed arrays and hidden ones
 * (not enumerable) are not seen.
 *
 * @returns 64 hexadecimal digits (SHA-256 of a tagged, length-prefixed encoding).
 * @throws DigestError naming the path of a function, promise, stream or other thing without content, or that throws when
 * it is read; also when a few parts hold each other so often that writing them out would not end.
 */
export function digest(value: unknown, options: EncodingOptions = {}): string {
  return encoder.digest(value, options);
}
