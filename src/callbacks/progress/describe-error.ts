import { oneLine } from './fit-text.ts';

/** `TypeError: x is not a function`, on one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(`thrown ${describeThrown(error)}`);
  return oneLine(error.message === '' ? error.name : `${error.name}: ${error.message}`);
}

/** Anything can be thrown, also what cannot be made a string. */
function describeThrown(thrown: unknown): string {
  return thrown !== null && typeof thrown === 'object'
    ? Object.prototype.toString.call(thrown)
    : `${typeof thrown} ${String(thrown)}`;
}
