/**
 * Prints the outcome of a spawned call, as far as it has come, and goes on until it is done.
 *
 * Arguments: the bytes of it that are known already.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { outcomeDoneFile, outcomeFile } from './places.ts';

const lookEveryMs = 20;
const piece = Buffer.alloc(256 * 1024);
let printed = Number(process.argv[2] ?? 0);

/** Prints what the file has grown by. */
function printOutcome(): void {
  if (!existsSync(outcomeFile)) return;
  const file = openSync(outcomeFile, 'r');
  try {
    for (;;) {
      const length = readSync(file, piece, 0, piece.length, printed);
      if (length === 0) return;
      printed += length;
      process.stdout.write(Buffer.from(piece.subarray(0, length)));
    }
  } finally {
    closeSync(file);
  }
}

const timer = setInterval(() => {
  // Looked at first: what was written before the mark is complete.
  const done = existsSync(outcomeDoneFile);
  printOutcome();
  if (done) clearInterval(timer);
}, lookEveryMs);
