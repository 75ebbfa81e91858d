import { hash } from 'node:crypto';

/** Part of every key; a change makes every cache miss. */
const FORMAT = 'hypernodes 1';

/** Digest of several digests in order, such as those of a list's items, without the values themselves. */
export function combineDigests(kind: string, digests: readonly string[]): string {
  return hash('sha256', `${kind} ${digests.length}\n${digests.join('\n')}`);
}

/** Cache key of one execution: what its code is and what its inputs are, by name. */
export function signature(parts: {
  readonly code: string;
  readonly inputs: readonly (readonly [name: string, digest: string])[];
}): string {
  let text = `${FORMAT}\n${parts.code}`;
  for (const [name, digest] of parts.inputs) text += `\n${digest} ${name}`;
  return hash('sha256', text);
}
