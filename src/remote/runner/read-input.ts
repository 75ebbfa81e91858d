import { createReadStream, fstatSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** The bytes from home: the descriptor of a socket or pipe, or of a file. */
export function readInput(fd: number): Readable {
  const kind = fstatSync(fd);
  // In Node 20, `realpath` of a path that it knows in part gives up when the file that was looked at last, by anybody, is a
  // socket or pipe: packages would be loaded from where their links lie, and not find what they import.
  statSync('/');
  if (kind.isSocket() || kind.isFIFO()) return new Socket({ fd, readable: true, writable: false, allowHalfOpen: true });
  return createReadStream('', { fd, autoClose: false });
}
