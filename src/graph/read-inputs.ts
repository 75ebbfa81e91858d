import { readParameters } from '../inspect/index.ts';
import type { InputBinding, NodeFunction } from './definition.ts';

/** What a function says of its inputs, or why that can't be read. */
export type ReadInputs =
  | { readonly inputs: readonly InputBinding[]; readonly usesContext: boolean }
  | { readonly refused: string };

/** Inputs of a function, from the destructuring pattern of its first parameter; one with a default is optional. */
export function readInputs(run: NodeFunction): ReadInputs {
  const read = readParameters(run);
  if ('refused' in read) return read;
  return {
    inputs: read.names.map(({ name, defaultText }) => ({
      name,
      inner: name,
      required: defaultText === undefined,
      defaultText,
    })),
    usesContext: read.usesSecond,
  };
}
