import type {
  ArrowFunctionExpression,
  CallExpression,
  Expression,
  FunctionExpression,
  Pattern,
  SpreadElement,
} from 'acorn';

/** An async function that a compiler rewrote for engines without `async`: a call around a generator. */
export interface LoweredAsync {
  /** The generator that holds the user's parameters and body, with `yield` for `await`. */
  readonly generator: FunctionExpression;
  /** Whether the parameters stand on the generator; otherwise they are still those of the outer function. */
  readonly parametersInside: boolean;
  readonly call: CallExpression;
}

/**
 * Recognises `__awaiter(this, [_a], void 0, function* ({ a }) {…})` (tsc) and `__async(this, [_0], function* ({ a }) {…})` (esbuild).
 *
 * Minifiers rename the helper, so the shape decides: nothing but one returned call that hands on exactly the parameters of `fn`.
 */
export function loweredAsync(fn: ArrowFunctionExpression | FunctionExpression): LoweredAsync | undefined {
  if (fn.async || fn.generator) return undefined;
  const call = returnedCall(fn);
  if (call === undefined) return undefined;
  const [self, handedOn, ...rest] = call.arguments;
  const generator = rest.at(-1);
  if (self === undefined || handedOn === undefined || generator?.type !== 'FunctionExpression') return undefined;
  if (!generator.generator || generator.async || generator.id) return undefined;
  if (rest.length > 2 || (rest.length === 2 && !isNothing(rest[0]!) && rest[0]!.type !== 'Identifier'))
    return undefined;
  if (self.type !== 'ThisExpression' && !isNothing(self)) return undefined;
  if (isNothing(handedOn))
    return generator.params.length === 0 ? { generator, parametersInside: false, call } : undefined;
  return handsOnAll(fn, handedOn) ? { generator, parametersInside: true, call } : undefined;
}

function returnedCall(fn: ArrowFunctionExpression | FunctionExpression): CallExpression | undefined {
  if (fn.body.type !== 'BlockStatement') return fn.body.type === 'CallExpression' ? fn.body : undefined;
  // tsc keeps `super` and `arguments` for the generator in declarations before the call.
  const last = fn.body.body.at(-1);
  if (last?.type !== 'ReturnStatement' || last.argument?.type !== 'CallExpression') return undefined;
  const before = fn.body.body.slice(0, -1);
  return before.every((statement) => statement.type === 'VariableDeclaration') ? last.argument : undefined;
}

function handsOnAll(fn: ArrowFunctionExpression | FunctionExpression, handedOn: Expression | SpreadElement): boolean {
  if (handedOn.type === 'Identifier') return handedOn.name === 'arguments' && fn.type === 'FunctionExpression';
  if (handedOn.type !== 'ArrayExpression' || handedOn.elements.length !== fn.params.length) return false;
  return fn.params.every((param, i) => {
    const element = handedOn.elements[i];
    if (param.type === 'RestElement')
      return element?.type === 'SpreadElement' && sameName(param.argument, element.argument);
    return element != null && element.type !== 'SpreadElement' && sameName(param, element);
  });
}

function sameName(param: Pattern, value: Expression): boolean {
  return param.type === 'Identifier' && value.type === 'Identifier' && param.name === value.name;
}

/** `null`, `void 0` or `undefined`. */
function isNothing(node: Expression | SpreadElement): boolean {
  return (
    (node.type === 'Literal' && node.value === null && node.raw === 'null') ||
    (node.type === 'UnaryExpression' && node.operator === 'void') ||
    (node.type === 'Identifier' && node.name === 'undefined')
  );
}
