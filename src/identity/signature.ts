import { hash } from 'node:crypto';

/** Part of every key; a change makes every cache miss. */
const FORMAT = 'hypernodes 1';

/** Digest of several digests in order, such as those of a list's items, without the values themselves. */
export function combineDigests(kind: string, digests: readonly string[]): string {
  return hash('sha256', `${kind} ${digests.length}\n${digests.join('\n')}`);
}

/** Cache key of one execution: what its code is and what its inputs are, by name. */
export function signature(code: string, inputs: Readonly<Record<string, string>>): string {
  let text = `${FORMAT}\n${code}`;
  for (const name of Object.keys(inputs)) text += `\n${inputs[name]} ${name}`;
  return hash('sha256', text);
}
