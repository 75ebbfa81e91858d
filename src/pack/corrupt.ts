import { UnpackError } from '../errors.ts';

/** The error for bytes that are not what `pack` made. */
export function corrupt(found: string, cause?: unknown): UnpackError {
  return new UnpackError('UNPACK_CORRUPT', `cannot unpack: this is no intact payload of pack(): ${found}.`, {
    hint: 'Pass the bytes exactly as pack() returned them.',
    ...(cause === undefined ? {} : { cause }),
  });
}
