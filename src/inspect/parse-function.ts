import { type AnyNode, type ArrowFunctionExpression, type FunctionExpression, parse } from 'acorn';

/** A function's syntax tree, or why there is none. */
export type ParsedFunction =
  | { readonly tree: ArrowFunctionExpression | FunctionExpression; readonly text: string }
  | { readonly refused: string };

/** Most sources remembered; nodes made in a loop share a few. */
const REMEMBERED = 4096;
const parsed = new Map<string, ParsedFunction>();
const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;

/** How a function's source may have to be completed to be an expression: as it stands, a method, a method without `function`. */
const COMPLETIONS: readonly ((source: string) => string)[] = [
  (source) => `(${source})`,
  (source) => `({${source}})`,
  (source) => `(class{${source}})`,
];

/** Parses what `Function.prototype.toString` shows of a function. */
export function parseFunction(run: (...parameters: never[]) => unknown): ParsedFunction {
  const source = Function.prototype.toString.call(run);
  let result = parsed.get(source);
  if (result === undefined) {
    if (parsed.size >= REMEMBERED) parsed.clear();
    result = parseSource(source);
    parsed.set(source, result);
  }
  return result;
}

function parseSource(source: string): ParsedFunction {
  if (NATIVE.test(source)) return { refused: 'it is a bound or native function' };
  for (const complete of COMPLETIONS) {
    const text = complete(source);
    try {
      const program = parse(text, { ecmaVersion: 'latest', sourceType: 'module', allowSuperOutsideMethod: true });
      const tree = findFunction(program.body[0]);
      return tree === undefined ? { refused: 'it is a class, not a function' } : { tree, text };
    } catch {
      // Not of this form.
    }
  }
  return { refused: 'its source cannot be parsed' };
}

function findFunction(node: AnyNode | undefined): ArrowFunctionExpression | FunctionExpression | undefined {
  switch (node?.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return node;
    case 'ExpressionStatement':
      return findFunction(node.expression);
    case 'ObjectExpression': {
      const [property] = node.properties;
      return property?.type === 'Property' ? findFunction(property.value) : undefined;
    }
    case 'ClassExpression': {
      const [member] = node.body.body;
      return member?.type === 'MethodDefinition' ? findFunction(member.value) : undefined;
    }
    default:
      return undefined;
  }
}
