import type { ArrowFunctionExpression, FunctionExpression, ObjectPattern, Pattern } from 'acorn';
import { parseFunction } from './parse-function.ts';

/** One name of a destructured parameter. */
export interface ReadParameter {
  readonly name: string;
  /** Source text of its default, if it has one. */
  readonly defaultText?: string | undefined;
}

/** What a function's parameters show, or why they show nothing. */
export type ReadParameters =
  | { readonly names: readonly ReadParameter[]; readonly usesSecond: boolean }
  | { readonly refused: string };

/**
 * Names of the destructured first parameter of a function. Refuses what it cannot be sure of.
 *
 * Reads through the generator that async functions are lowered to (`__awaiter`, `__async`), where the pattern survives.
 */
export function readParameters(run: (...parameters: never[]) => unknown): ReadParameters {
  const parsed = parseFunction(run);
  if ('refused' in parsed) return parsed;
  const { text, tree } = parsed;
  const [first] = tree.params;
  const usesSecond = tree.params.length > 1 || mentionsArguments(text, tree);
  if (first === undefined) {
    return usesSecond ? { refused: `it reads 'arguments'` } : { names: [], usesSecond: false };
  }
  const pattern = first.type === 'AssignmentPattern' ? first.left : first;
  if (pattern.type === 'ObjectPattern') return fromPattern(pattern, text, usesSecond);
  const lowered = loweredPattern(tree);
  if (lowered !== undefined) return fromPattern(lowered, text, true);
  if (pattern.type === 'RestElement') return { refused: 'its first parameter is a rest element' };
  return { refused: `its first parameter ${nameOf(pattern)}is not destructured` };
}

const nameOf = (pattern: Pattern): string => (pattern.type === 'Identifier' ? `'${pattern.name}' ` : '');

/** Arrows have no `arguments` of their own. */
function mentionsArguments(text: string, tree: ArrowFunctionExpression | FunctionExpression): boolean {
  return tree.type === 'FunctionExpression' && /\barguments\b/.test(text.slice(tree.body.start, tree.body.end));
}

function fromPattern(pattern: ObjectPattern, text: string, usesSecond: boolean): ReadParameters {
  const names: ReadParameter[] = [];
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') return { refused: 'its first parameter has a rest element' };
    const { key, value } = property;
    if (property.computed) return { refused: 'its first parameter has a computed key' };
    const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined;
    if (name === undefined) return { refused: 'its first parameter has a key that is no name' };
    names.push(
      value.type === 'AssignmentPattern'
        ? { name, defaultText: text.slice(value.right.start, value.right.end) }
        : { name },
    );
  }
  return { names, usesSecond };
}

/** The pattern inside `return __awaiter(this, [_a], void 0, function* ({ text }) { … })`. */
function loweredPattern(tree: ArrowFunctionExpression | FunctionExpression): ObjectPattern | undefined {
  const statement = tree.body.type === 'BlockStatement' ? tree.body.body[0] : undefined;
  const call = statement?.type === 'ReturnStatement' ? statement.argument : tree.body;
  if (call?.type !== 'CallExpression') return undefined;
  for (const argument of call.arguments) {
    if (argument.type !== 'FunctionExpression' || !argument.generator) continue;
    const [first] = argument.params;
    const pattern = first?.type === 'AssignmentPattern' ? first.left : first;
    if (pattern?.type === 'ObjectPattern') return pattern;
  }
  return undefined;
}
