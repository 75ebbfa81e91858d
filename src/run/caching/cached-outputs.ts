import type { EntryHeader } from '../../cache/index.ts';
import { decodeValue } from '../../codec/index.ts';
import type { NodeDefinition } from '../../graph/index.ts';
import { knownClasses } from './known-classes.ts';

/** Key of the one output of a node that returns it as it is. */
const ONLY = 'value';
const onlyOne: readonly string[] = [ONLY];
/** Length of a digest: SHA-256 in hexadecimal. */
const DIGEST_DIGITS = 64;

/** Names under which a node's outputs are stored; they don't depend on how it is renamed. */
export const outputKeys = ({ keyed, outputs }: NodeDefinition): readonly string[] =>
  keyed ? outputs.map((output) => output.inner) : onlyOne;

/** What a node returned, by the keys of its outputs. */
export function keyedOutputs({ keyed, outputs }: NodeDefinition, result: unknown): Record<string, unknown> {
  if (!keyed) return { [ONLY]: result };
  const values = result as readonly unknown[];
  return Object.fromEntries(outputs.map(({ inner }, index) => [inner, values[index]]));
}

/** Milliseconds of work that a hit saves; of what many nodes shared, each its part. */
export const savedMs = ({ durationMs, share = 1 }: EntryHeader): number => durationMs / share;

/** Whether an entry has all that the node gives; anybody's cache may answer with anything. */
export function hasOutputs(header: EntryHeader | undefined, definition: NodeDefinition): header is EntryHeader {
  const digests = header?.digests;
  if (typeof digests !== 'object' || digests === null) return false;
  return definition.keyed ? outputKeys(definition).every((key) => isDigest(digests[key])) : isDigest(digests[ONLY]);
}

const isDigest = (value: unknown): boolean => typeof value === 'string' && value.length === DIGEST_DIGITS;

/** The outputs that the value of an entry holds by their keys; `undefined` when it is gone, damaged or another node's. */
export function storedOutputs(
  value: Uint8Array | undefined,
  definition: NodeDefinition,
): Record<string, unknown> | undefined {
  const outputs = decodeValue(value as Uint8Array, knownClasses(definition));
  return outputs !== undefined && outputKeys(definition).every((key) => Object.hasOwn(outputs, key))
    ? outputs
    : undefined;
}
