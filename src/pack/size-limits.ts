import { PackError } from '../errors.ts';
import type { Encoder } from './encoder.ts';
import { measure, printBytes } from './measure.ts';

export interface SizeLimits {
  readonly maxBytes: number;
  readonly warnBytes: number;
}

const warned = new Set<string>();

/**
 * Refuses payloads that are too long and warns, once per culprit, of those that are probably longer than anyone meant.
 *
 * @throws PackError `PACK_TOO_LARGE`
 */
export function checkSize(length: number, { maxBytes, warnBytes }: SizeLimits, encoded: () => Encoder): void {
  if (length <= maxBytes && length <= warnBytes) return;
  const { path, bytes } = measure(encoded()).heaviest();
  const culprit = `${path} (${printBytes(bytes)})`;
  if (length > maxBytes) {
    throw new PackError(
      'PACK_TOO_LARGE',
      `cannot pack: it would take ${printBytes(length)}, and maxBytes is ${printBytes(maxBytes)}. The largest part is ${culprit}.`,
      {
        path,
        hint: 'Pass a path or key and load it on the other side, or raise maxBytes.',
      },
    );
  }
  if (warned.has(path)) return;
  warned.add(path);
  process.emitWarning(
    `A payload takes ${printBytes(length)}. The largest part is ${culprit}: was it meant to travel?`,
    {
      code: 'HYPERNODES_PACK_LARGE',
    },
  );
}
