import {
  type ArrowFunctionExpression,
  type ClassExpression,
  type Expression,
  type FunctionExpression,
  type Options,
  parse,
} from 'acorn';
import { BoundedMap } from './bounded-map.ts';
import { sourceText } from './source-text.ts';

/** How a function was written. */
export type FunctionForm = 'arrow' | 'function' | 'method' | 'getter' | 'setter' | 'class';

/** What has to stand around a function's source so that it parses on its own. */
export type SourceWrapping = 'expression' | 'object-member' | 'class-member';

/** A function or class whose source could be parsed. */
export interface ParsedFunction {
  readonly ok: true;
  readonly form: FunctionForm;
  /** The function or class itself; for a method its value, without the key. */
  readonly node: ArrowFunctionExpression | FunctionExpression | ClassExpression;
  /** As `Function.prototype.toString` gives it. */
  readonly source: string;
  readonly wrapping: SourceWrapping;
  /** The source in its wrapping: what `start` and `end` of the tree's nodes count in. */
  readonly text: string;
}

/** A function whose source is hidden (native, bound) or no JavaScript that the parser knows. */
export interface UnparsedFunction {
  readonly ok: false;
  readonly reason: 'native' | 'syntax';
  /** What the parser said; empty for native functions. */
  readonly message: string;
}

type Found = Pick<ParsedFunction, 'form' | 'node'>;

interface Wrapping {
  readonly name: SourceWrapping;
  readonly before: string;
  readonly after: string;
  readonly unwrap: (expression: Expression) => Found | undefined;
}

// The closing part starts on its own line because a source may end in a line comment.
const wrappings: readonly Wrapping[] = [
  { name: 'expression', before: '(', after: '\n)', unwrap: standalone },
  { name: 'object-member', before: '({', after: '\n})', unwrap: objectMember },
  { name: 'class-member', before: '(class{', after: '\n})', unwrap: classMember },
  // An arrow that uses the `new.target` of the function around it.
  { name: 'expression', before: '(function(){return(', after: '\n)})', unwrap: returned },
];

const dialects: readonly Options[] = (['module', 'script'] as const).map((sourceType) => ({
  ecmaVersion: 'latest',
  sourceType,
  allowSuperOutsideMethod: true,
  // A method's text stands without the class that declares its private names.
  checkPrivateFields: false,
}));

/** Keyed by source, not by function: thousands of closures made by one factory are parsed once. */
const parsedSources = new BoundedMap<string, ParsedFunction | UnparsedFunction>(5_000);
const native: UnparsedFunction = { ok: false, reason: 'native', message: '' };

/** Parses the source of `fn`; what cannot be parsed is an answer, not an exception. */
export function parseFunction(fn: Function): ParsedFunction | UnparsedFunction {
  const source = sourceText(fn);
  if (source === undefined) return native;
  let parsed = parsedSources.get(source);
  if (parsed === undefined) {
    parsed = parseSource(source);
    parsedSources.set(source, parsed);
  }
  return parsed;
}

function parseSource(source: string): ParsedFunction | UnparsedFunction {
  let message = '';
  for (const dialect of dialects) {
    for (const { name, before, after, unwrap } of wrappings) {
      const text = before + source + after;
      try {
        const statement = parse(text, dialect).body[0];
        const found = statement?.type === 'ExpressionStatement' ? unwrap(statement.expression) : undefined;
        if (found) return { ok: true, ...found, source, wrapping: name, text };
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        message ||= error.message;
      }
    }
  }
  return { ok: false, reason: 'syntax', message };
}

function standalone(expression: Expression): Found | undefined {
  switch (expression.type) {
    case 'ArrowFunctionExpression':
      return { form: 'arrow', node: expression };
    case 'FunctionExpression':
      return { form: 'function', node: expression };
    case 'ClassExpression':
      return { form: 'class', node: expression };
    default:
      return undefined;
  }
}

function objectMember(expression: Expression): Found | undefined {
  const member = expression.type === 'ObjectExpression' ? expression.properties[0] : undefined;
  if (member?.type !== 'Property' || member.value.type !== 'FunctionExpression') return undefined;
  return { form: member.kind === 'init' ? 'method' : accessor[member.kind], node: member.value };
}

function classMember(expression: Expression): Found | undefined {
  const member = expression.type === 'ClassExpression' ? expression.body.body[0] : undefined;
  if (member?.type !== 'MethodDefinition' || member.kind === 'constructor') return undefined;
  return { form: member.kind === 'method' ? 'method' : accessor[member.kind], node: member.value };
}

const accessor = { get: 'getter', set: 'setter' } as const;

function returned(expression: Expression): Found | undefined {
  const statement = expression.type === 'FunctionExpression' ? expression.body.body[0] : undefined;
  return statement?.type === 'ReturnStatement' && statement.argument ? standalone(statement.argument) : undefined;
}
