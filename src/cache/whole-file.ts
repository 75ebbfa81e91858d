import { constants } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** Most bytes that one call of the system is asked to move; it takes less than 2 GiB. */
const AT_ONCE = 1 << 30;

/** Writes all parts to a new file; on a full disk, `write` may take only some of the bytes without saying so. */
export function writeWhole(file: string, ...parts: readonly Uint8Array[]): void {
  const descriptor = openSync(file, 'wx');
  try {
    for (const part of parts) {
      for (let at = 0; at < part.byteLength; ) {
        const written = writeSync(descriptor, part, at, Math.min(AT_ONCE, part.byteLength - at));
        if (written === 0) {
          throw Object.assign(new Error(`${file}: the disk took only ${at} of ${part.byteLength} bytes.`), {
            code: 'ENOSPC',
          });
        }
        at += written;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

/** The bytes of a file, on a buffer of their own; `undefined` for more than a buffer can hold. */
export function readWhole(file: string): Buffer | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > constants.MAX_LENGTH) return undefined;
    const bytes = Buffer.allocUnsafeSlow(size);
    let at = 0;
    while (at < size) {
      const read = readSync(descriptor, bytes, at, Math.min(AT_ONCE, size - at), at);
      if (read === 0) break;
      at += read;
    }
    return bytes.subarray(0, at);
  } finally {
    closeSync(descriptor);
  }
}
