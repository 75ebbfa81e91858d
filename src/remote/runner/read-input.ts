import { createReadStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** The bytes from home: the descriptor of a socket or pipe, or of a file. */
export function readInput(fd: number): Readable {
  const kind = fstatSync(fd);
  if (kind.isSocket() || kind.isFIFO()) return new Socket({ fd, readable: true, writable: false, allowHalfOpen: true });
  return createReadStream('', { fd, autoClose: false });
}
