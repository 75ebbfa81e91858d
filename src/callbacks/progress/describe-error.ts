import { oneLine } from './fit-text.ts';

/** Messages may quote what was worked on. */
const MOST_CHARACTERS = 500;

/** `TypeError: x is not a function`, on one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return brief(`thrown ${describeThrown(error)}`);
  return brief(error.message === '' ? error.name : `${error.name}: ${error.message}`);
}

const brief = (text: string): string =>
  oneLine(text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);

/** Anything can be thrown, also what cannot be made a string. */
function describeThrown(thrown: unknown): string {
  return thrown !== null && typeof thrown === 'object'
    ? Object.prototype.toString.call(thrown)
    : `${typeof thrown} ${String(thrown)}`;
}
