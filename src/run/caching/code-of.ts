import type { NodeDefinition } from '../../graph/index.ts';
import {
  type CodeIdentity,
  codeIdentity,
  combineDigests,
  digest,
  hiddenContent,
  instanceCode,
} from '../../identity/index.ts';

/** Stands for code where only what belongs to it is asked for. */
const nothing = (): void => {};

/** Code identity of a node: its function, its batch form, the schemas of its inputs and its result, and the outputs it is split into. */
export function codeOf(definition: NodeDefinition): CodeIdentity {
  const code = functionsOf(definition);
  if (!definition.keyed) return code;
  // Another node may give the same object as one value.
  const outputs = digest(definition.outputs.map(({ inner }) => inner).sort());
  return { ...code, digest: combineDigests('outputs', [code.digest, outputs]), parts: { ...code.parts, outputs } };
}

function functionsOf({ name, run, batch, schemas, output, options }: NodeDefinition): CodeIdentity {
  const own = codeIdentity(run, { name, version: options.version, deps: options.deps });
  // A pinned version stands for everything that the node is made of.
  if (options.version !== undefined) return own;
  const parts = [own];
  if (batch !== undefined) parts.push(codeIdentity(batch, { name: `${name} (batch)` }));
  // They may give the function another value than the one that it is given, or refuse it.
  if (schemas !== undefined)
    parts.push(codeIdentity(nothing, { name: `${name} (schemas)`, deps: [Object.entries(schemas).flat()] }));
  if (output !== undefined) parts.push(codeIdentity(nothing, { name: `${name} (output)`, deps: [output] }));
  if (parts.length === 1) return own;
  return {
    digest: combineDigests(
      'code',
      parts.map(({ digest }) => digest),
    ),
    parts: Object.assign({}, ...parts.map((part) => part.parts)),
    // With `deps` the user has said what matters of what cannot be identified.
    unidentified: options.deps === undefined ? parts.flatMap(({ unidentified }) => unidentified) : own.unidentified,
    holds: parts.some(({ holds }) => holds) ? () => parts.every(({ holds }) => holds?.() !== false) : undefined,
    changes: parts.some(({ changes }) => changes)
      ? new Set(parts.flatMap(({ changes = [] }) => [...changes]))
      : undefined,
    reads: (structure) => parts.some(({ reads }) => reads(structure)),
  };
}

/** Digest of a value as nodes see it: with functions by their code, and with what the methods of instances do and what these hide. @throws DigestError */
export function digestValue(value: unknown): string {
  return digest(value, known);
}

/** Identity of a function that is passed as a value; `undefined` when it can't be told. */
function digestFunction(value: (...parameters: never[]) => unknown): string | undefined {
  const { digest, unidentified } = codeIdentity(value);
  return unidentified.length === 0 ? digest : undefined;
}

const known = { ofFunction: digestFunction, ofClass: instanceCode, ofHidden: hiddenContent };
