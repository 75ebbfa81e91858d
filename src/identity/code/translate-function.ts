import type {
  ArrowFunctionExpression,
  Class,
  ClassExpression,
  Expression,
  FunctionDeclaration,
  FunctionExpression,
} from 'acorn';
import { loweredAsync } from '../../inspect/index.ts';
import type { Term } from './term.ts';
import { expression, key, pattern, type Translation } from './translate.ts';
import { functionBody, statements } from './translate-statements.ts';

type FunctionSyntax = FunctionExpression | FunctionDeclaration | ArrowFunctionExpression;

/** The term of a function; async functions that a compiler lowered become async functions again. */
export function translateFunction(node: FunctionSyntax, t: Translation, form?: 'method'): Term {
  const kind = form ?? (node.type === 'ArrowFunctionExpression' ? 'arrow' : 'function');
  const lowered =
    node.type === 'FunctionDeclaration' ? loweredAsync(node as unknown as FunctionExpression) : loweredAsync(node);
  const isPlain = lowered && (node.body.type !== 'BlockStatement' || node.body.body.length === 1);
  const inner = isPlain ? lowered.generator : node;
  const within: Translation = { names: t.names, yieldIsAwait: Boolean(isPlain) };
  const params = isPlain && !lowered.parametersInside ? node.params : inner.params;
  // The name by which it calls itself; that of a declaration belongs to the scope around it.
  const self = t.names.selves.get(node);
  return [
    'function',
    kind,
    isPlain ? true : node.async,
    inner.generator && !isPlain,
    self ? ['local', self] : null,
    params.map((param) => pattern(param, within)),
    functionBody(inner.body, within),
  ];
}

/**
 * The term of a class. Members stand in groups because their order means nothing between groups: compilers move
 * fields behind the constructor.
 */
export function translateClass(node: Class, t: Translation): Term {
  const methods: Term[] = [];
  const fields: Term[] = [];
  const statics: Term[] = [];
  const within: Translation = { names: t.names, yieldIsAwait: false };
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') {
      statics.push(['static-block', statements(member.body, within)]);
      continue;
    }
    const named = member.computed ? expression(member.key as Expression, t) : key(member.key);
    if (member.type === 'MethodDefinition') {
      methods.push(['method', member.kind, member.static, named, translateFunction(member.value, t, 'method')]);
    } else {
      const value = member.value ? expression(member.value, within) : null;
      (member.static ? statics : fields).push(['field', named, value]);
    }
  }
  const self = t.names.selves.get(node as ClassExpression);
  const parent = node.superClass ? expression(node.superClass, t) : null;
  return ['class', self ? ['local', self] : null, parent, methods, fields, statics];
}
