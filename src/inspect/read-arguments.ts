import type { ClassExpression, Pattern } from 'acorn';
import { normalText } from './normal-text.ts';
import { parseFunction } from './parse-function.ts';
import { type ReadParameter, readParameters } from './read-parameters.ts';

/** How a function takes its arguments: as properties of one object, or one after another. */
export interface ReadArguments {
  readonly form: 'object' | 'list';
  readonly parameters: readonly ReadParameter[];
}

/** Reads the names of the arguments of a function, or of a class's constructor; `undefined` when they can't be read for sure. */
export function readArguments(fn: Function): ReadArguments | undefined {
  const read = readParameters(fn);
  if (!('refused' in read)) return { form: 'object', parameters: read.names };
  const parsed = parseFunction(fn);
  if (!parsed.ok) return undefined;
  const { node, text } = parsed;
  const patterns = node.type === 'ClassExpression' ? constructorOf(node) : node.params;
  if (patterns === undefined) return inheritedArguments(fn);
  const parameters: ReadParameter[] = [];
  for (const pattern of patterns) {
    const named = nameOf(pattern, text);
    if (named === undefined) return undefined;
    parameters.push(named);
  }
  return { form: 'list', parameters };
}

const constructorOf = ({ body }: ClassExpression): readonly Pattern[] | undefined =>
  body.body.flatMap((member) =>
    member.type === 'MethodDefinition' && member.kind === 'constructor' ? [member.value.params] : [],
  )[0];

/** A class without a constructor takes what the one takes that it extends. */
function inheritedArguments(made: Function): ReadArguments | undefined {
  const parent = Object.getPrototypeOf(made) as Function;
  return parent === Function.prototype ? { form: 'list', parameters: [] } : readArguments(parent);
}

function nameOf(pattern: Pattern, text: string): ReadParameter | undefined {
  if (pattern.type === 'Identifier') return { name: pattern.name };
  if (pattern.type !== 'AssignmentPattern' || pattern.left.type !== 'Identifier') return undefined;
  return { name: pattern.left.name, defaultText: normalText(text.slice(pattern.right.start, pattern.right.end)) };
}
