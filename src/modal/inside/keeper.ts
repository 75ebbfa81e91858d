/**
 * Main program of a sandbox: keeps it running while someone holds it, and prints the log.
 *
 * Arguments: seconds without a sign of life after which it ends the sandbox.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { logFile, stopFile } from './places.ts';
import { SignOfLife } from './sign-of-life.ts';

const patienceMs = Number(process.argv[2] ?? 60) * 1000;
const checkMs = Math.min(250, patienceMs / 4);

const life = new SignOfLife(patienceMs);
closeSync(openSync(logFile, 'a'));

const log = openSync(logFile, 'r');
const piece = Buffer.alloc(64 * 1024);
let printed = 0;

function printLog(): void {
  for (;;) {
    const length = readSync(log, piece, 0, piece.length, printed);
    if (length === 0) return;
    printed += length;
    process.stdout.write(Buffer.from(piece.subarray(0, length)));
  }
}

setInterval(() => {
  printLog();
  if (existsSync(stopFile)) process.exit(0);
  if (life.isOver()) {
    process.stdout.write('hypernodes: nobody holds this container any more; it ends.\n');
    process.exit(0);
  }
}, checkMs);

process.on('SIGTERM', () => process.exit(0));
