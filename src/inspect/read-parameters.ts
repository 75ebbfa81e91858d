import type { AssignmentProperty, ObjectPattern, Pattern } from 'acorn';
import { loweredAsync } from './lowered-async.ts';
import { normalText } from './normal-text.ts';
import { type ParsedFunction, parseFunction } from './parse-function.ts';
import { readPlainArrow } from './plain-arrow.ts';
import { sourceText } from './source-text.ts';
import { usesArguments } from './uses-arguments.ts';

/** One name of a destructured parameter. */
export interface ReadParameter {
  /** The property's name, whatever the local variable is called. */
  readonly name: string;
  /** Source of the default without comments and layout, to compare defaults by; absent for required names. */
  readonly defaultText?: string;
}

/** What a function's parameters show, or why they show nothing. */
export type ReadParameters =
  | {
      /** Names of the first parameter's pattern in their order; empty for a function without parameters. */
      readonly names: readonly ReadParameter[];
      /** Whether the function can see a second argument. */
      readonly usesSecond: boolean;
    }
  | {
      /** Why, as the end of a sentence: "its first parameter 'x' is not destructured". */
      readonly refused: string;
    };

const readings = new WeakMap<ParsedFunction, ReadParameters>();

/**
 * Reads the names that a function destructures from its first parameter: refuses, never guesses.
 *
 * Sees through what tsc and esbuild make of `async` functions for ES2015 and ES2016.
 */
export function readParameters(fn: Function): ReadParameters {
  const source = sourceText(fn);
  const plain = source === undefined ? undefined : readPlainArrow(source);
  if (plain !== undefined) return plain;
  const parsed = parseFunction(fn);
  if (!parsed.ok) return { refused: unparsed[parsed.reason] };
  let reading = readings.get(parsed);
  if (reading === undefined) {
    reading = read(parsed);
    readings.set(parsed, reading);
  }
  return reading;
}

const unparsed = { native: 'it is a bound or native function', syntax: 'its source cannot be parsed' } as const;

function read({ node, text }: ParsedFunction): ReadParameters {
  if (node.type === 'ClassExpression') return { refused: 'it is a class, not a function' };
  const lowered = loweredAsync(node);
  const inner = lowered?.parametersInside ? lowered.generator : node;
  const [first, second] = inner.params;
  const seesArguments = usesArguments(lowered ? lowered.generator : node);
  if (first === undefined) {
    return seesArguments ? { refused: `it reads 'arguments'` } : { names: [], usesSecond: false };
  }
  const pattern = first.type === 'AssignmentPattern' ? first.left : first;
  if (pattern.type === 'RestElement')
    return { refused: `its first parameter '${written(pattern, text)}' is a rest element` };
  if (pattern.type !== 'ObjectPattern')
    return { refused: `its first parameter '${written(pattern, text)}' is not destructured` };
  return readPattern(pattern, text, second !== undefined || seesArguments);
}

function readPattern(pattern: ObjectPattern, text: string, usesSecond: boolean): ReadParameters {
  const names = new Map<string, ReadParameter>();
  for (const property of pattern.properties) {
    if (property.type === 'RestElement') {
      return { refused: `its first parameter has a rest element '${written(property, text)}'` };
    }
    const name = propertyName(property);
    if (name === undefined)
      return { refused: `its first parameter has a computed key '[${written(property.key, text)}]'` };
    if (names.has(name)) return { refused: `its first parameter names '${name}' twice` };
    const { value } = property;
    names.set(
      name,
      value.type === 'AssignmentPattern' ? { name, defaultText: normalText(written(value.right, text)) } : { name },
    );
  }
  return { names: [...names.values()], usesSecond };
}

function propertyName({ computed, key }: AssignmentProperty): string | undefined {
  if (computed) return undefined;
  if (key.type === 'Identifier') return key.name;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

function written(node: Pattern | AssignmentProperty['key'], text: string): string {
  return text.slice(node.start, node.end);
}
