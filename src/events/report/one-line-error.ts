/** Messages may quote what was worked on. */
const MOST_CHARACTERS = 300;

/** `TypeError: x is not a function`; of what is no error, only the type. */
export function oneLineError(error: unknown): string {
  if (!(error instanceof Error)) return `thrown ${error === null ? 'null' : typeof error}`;
  const text = (error.message === '' ? error.name : `${error.name}: ${error.message}`).replace(/\s+/g, ' ');
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
