import type { ReadParameters } from './read-parameters.ts';

/** `({ a, b }) =>` and `async ({ a, b }, context) =>`: plain names only, no comment, default or nesting in between. */
const PLAIN = /^(?:async\s*)?\(\s*\{\s*([\w$]+(?:\s*,\s*[\w$]+)*)\s*,?\s*\}\s*(,\s*[\w$]+\s*)?,?\s*\)\s*=>/;

/**
 * Reads the names of an arrow function in the form that nearly all nodes have, 50 times as fast as by parsing it.
 *
 * The runtime has parsed the source already, so that a name cannot be a number, a keyword or there twice.
 *
 * @returns `undefined` for every other form: that is for the parser to decide.
 */
export function readPlainArrow(source: string): ReadParameters | undefined {
  // The word may be in a string: the parser tells.
  const match = source.includes('arguments') ? null : PLAIN.exec(source);
  if (match === null) return undefined;
  const names = match[1]!.split(',').map((name) => ({ name: name.trim() }));
  return { names, usesSecond: match[2] !== undefined };
}
