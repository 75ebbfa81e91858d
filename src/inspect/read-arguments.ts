import type { Pattern } from 'acorn';
import { normalText } from './normal-text.ts';
import { parseFunction } from './parse-function.ts';
import { type ReadParameter, readParameters } from './read-parameters.ts';

/** How a function takes its arguments: as properties of one object, or one after another. */
export interface ReadArguments {
  readonly form: 'object' | 'list';
  readonly parameters: readonly ReadParameter[];
}

/** Reads the names of a function's arguments; `undefined` when they can't be read for sure. */
export function readArguments(fn: Function): ReadArguments | undefined {
  const read = readParameters(fn);
  if (!('refused' in read)) return { form: 'object', parameters: read.names };
  const parsed = parseFunction(fn);
  if (!parsed.ok || parsed.node.type === 'ClassExpression') return undefined;
  const parameters: ReadParameter[] = [];
  for (const pattern of parsed.node.params) {
    const named = nameOf(pattern, parsed.text);
    if (named === undefined) return undefined;
    parameters.push(named);
  }
  return { form: 'list', parameters };
}

function nameOf(pattern: Pattern, text: string): ReadParameter | undefined {
  if (pattern.type === 'Identifier') return { name: pattern.name };
  if (pattern.type !== 'AssignmentPattern' || pattern.left.type !== 'Identifier') return undefined;
  return { name: pattern.left.name, defaultText: normalText(text.slice(pattern.right.start, pattern.right.end)) };
}
