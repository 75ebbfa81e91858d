/**
 * Prints what a spawned call has given so far and goes on until it is done: its outcome on standard output, what user
 * code prints on standard error.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { logFile, outcomeDoneFile, outcomeFile } from './places.ts';

const lookEveryMs = 20;
const piece = Buffer.alloc(256 * 1024);

/** Copies what a file has grown by. */
function follow(path: string, output: NodeJS.WritableStream): () => void {
  let printed = 0;
  return () => {
    if (!existsSync(path)) return;
    const file = openSync(path, 'r');
    try {
      for (;;) {
        const length = readSync(file, piece, 0, piece.length, printed);
        if (length === 0) return;
        printed += length;
        output.write(Buffer.from(piece.subarray(0, length)));
      }
    } finally {
      closeSync(file);
    }
  };
}

const printOutcome = follow(outcomeFile, process.stdout);
const printLog = follow(logFile, process.stderr);
const timer = setInterval(() => {
  // Looked at first: what was written before the mark is complete.
  const done = existsSync(outcomeDoneFile);
  printLog();
  printOutcome();
  if (done) clearInterval(timer);
}, lookEveryMs);
