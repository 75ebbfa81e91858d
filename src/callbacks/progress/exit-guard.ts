import { onExit } from 'signal-exit';

/**
 * Calls `restore` when the process is about to end: normally, by an uncaught error, or by a signal that nobody else
 * handles, which then does what it would have done.
 *
 * @returns A function that takes the guard away.
 */
export function guardExit(restore: () => void): () => void {
  return onExit(() => {
    restore();
  });
}
