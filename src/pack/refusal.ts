import { PackError } from '../errors.ts';

/** How a part of a value was reached: a property, a captured variable, an index, an entry. */
export type Label = string | number;

/** Why something cannot travel; thrown where it is found and given its path by the encoder. */
export class Refusal {
  /** What was found: `native LMDB handle`, `promise`. */
  readonly found: string;
  /** What to do instead, if it is not the usual advice. */
  readonly hint: string | undefined;

  constructor(found: string, hint?: string) {
    this.found = found;
    this.hint = hint;
  }
}

/** The error of a refusal, once its path is known. */
export function refusalError(refusal: Refusal, labels: readonly Label[], owner: string | undefined): PackError {
  const path = printPath(labels);
  const hint = refusal.hint ?? usualAdvice(owner);
  return new PackError('PACK_UNSUPPORTED', `cannot pack: ${path} (${refusal.found}):`, { path, hint });
}

/** Of longer ways, the middle is left out. */
const LONGEST_PATH = 60;

/** `run → cache → items[3] → _db` */
export function printPath(labels: readonly Label[]): string {
  const half = LONGEST_PATH / 2;
  const hidden = labels.length - LONGEST_PATH;
  const shown = hidden > 0 ? [...labels.slice(0, half), `… ${hidden} more …`, ...labels.slice(-half)] : labels;
  let path = '';
  for (const label of shown) {
    // A variable's value is reached by the name of the variable.
    if (label === '') continue;
    if (typeof label === 'number') path += `[${label}]`;
    else path += path === '' ? label : ` → ${label}`;
  }
  return path;
}

function usualAdvice(owner: string | undefined): string {
  const state = owner ? `define [getState]() on ${owner}` : 'give its class a [getState]() method';
  return `${state} or create it inside the function, or hold it in stateful(() => …).`;
}
