import type { NodeDefinition } from '../graph/index.ts';
import { type CodeIdentity, codeIdentity, combineDigests } from '../identity/index.ts';

/** Stands for code where only what belongs to it is asked for. */
const nothing = (): void => {};

/** Code identity of a node: its function, its batch form, and the schema that shapes its result. */
export function codeOf({ name, run, batch, output, options }: NodeDefinition): CodeIdentity {
  const own = codeIdentity(run, { name, version: options.version, deps: options.deps });
  // A pinned version stands for everything that the node is made of.
  if (options.version !== undefined) return own;
  const parts = [own];
  if (batch !== undefined) parts.push(codeIdentity(batch, { name: `${name} (batch)` }));
  if (output !== undefined) parts.push(codeIdentity(nothing, { name: `${name} (output)`, deps: [output] }));
  if (parts.length === 1) return own;
  return {
    digest: combineDigests(
      'code',
      parts.map(({ digest }) => digest),
    ),
    parts: Object.assign({}, ...parts.map((part) => part.parts)),
    unidentified: parts.flatMap(({ unidentified }) => unidentified),
  };
}

/** Identity of a function that is passed as a value; `undefined` when it can't be told. */
export function digestFunction(value: (...parameters: never[]) => unknown): string | undefined {
  const { digest, unidentified } = codeIdentity(value);
  return unidentified.length === 0 ? digest : undefined;
}
