import { closeSync, openSync, writeSync } from 'node:fs';

/** Writes all bytes to a new file; on a full disk, `write` may take only some of them without saying so. */
export function writeWhole(file: string, bytes: Uint8Array): void {
  const descriptor = openSync(file, 'wx');
  try {
    for (let at = 0; at < bytes.byteLength; ) {
      const written = writeSync(descriptor, bytes, at, bytes.byteLength - at);
      if (written === 0) {
        throw Object.assign(new Error(`${file}: the disk took only ${at} of ${bytes.byteLength} bytes.`), {
          code: 'ENOSPC',
        });
      }
      at += written;
    }
  } finally {
    closeSync(descriptor);
  }
}
