import type { AnyNode, Expression, Pattern, SpreadElement, Super, TemplateElement } from 'acorn';
import type { ResolvedNames } from '../../inspect/index.ts';
import { type Term, UNDEFINED } from './term.ts';
import { translateClass, translateFunction } from './translate-function.ts';

/** What a translation from syntax trees to terms needs to know. */
export interface Translation {
  readonly names: ResolvedNames;
  /** True inside the generator that a compiler made of an async function. */
  readonly yieldIsAwait: boolean;
}

/** A list that begins with a name would pass for a term, so absent items have one of their own. */
const ABSENT: Term = ['absent'];

/** The term of an expression. */
export function expression(node: Expression | SpreadElement | Super | AnyNode, t: Translation): Term {
  const go = (child: Expression | SpreadElement | Super | AnyNode) => expression(child, t);
  switch (node.type) {
    case 'Identifier':
      return name(node, t);
    case 'Literal':
      return literalTerm(node);
    case 'ThisExpression':
      return ['this'];
    case 'Super':
      return ['super'];
    case 'MetaProperty':
      return [node.meta.name === 'import' ? 'import.meta' : 'new.target'];
    case 'ParenthesizedExpression':
      return go(node.expression);
    case 'TemplateLiteral':
      return ['template', node.quasis.map(cooked), node.expressions.map(go)];
    case 'TaggedTemplateExpression':
      return ['tagged', go(node.tag), node.quasi.quasis.map(raw), node.quasi.expressions.map(go)];
    case 'ArrayExpression':
      return ['array', node.elements.map((element) => (element ? go(element) : ABSENT))];
    case 'ObjectExpression':
      return ['object', node.properties.map((property) => objectMember(property, t))];
    case 'SpreadElement':
      return ['spread', go(node.argument)];
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
      return translateFunction(node, t);
    case 'ClassExpression':
      return translateClass(node, t);
    case 'MemberExpression':
      return ['member', go(node.object), node.computed ? go(node.property) : key(node.property), node.optional];
    case 'ChainExpression':
      return ['chain', go(node.expression)];
    case 'CallExpression':
      return ['call', go(node.callee), node.arguments.map(go), node.optional];
    case 'NewExpression':
      return ['new', go(node.callee), node.arguments.map(go)];
    case 'ImportExpression':
      return ['import', go(node.source)];
    case 'UnaryExpression':
      return ['unary', node.operator, go(node.argument)];
    case 'UpdateExpression':
      return ['update', node.operator, node.prefix, go(node.argument)];
    case 'BinaryExpression':
      return ['binary', node.operator, go(node.left), go(node.right)];
    case 'LogicalExpression':
      return ['logical', node.operator, go(node.left), go(node.right)];
    case 'ConditionalExpression':
      return ['conditional', go(node.test), go(node.consequent), go(node.alternate)];
    case 'AssignmentExpression':
      return ['assign', node.operator, pattern(node.left, t), go(node.right)];
    case 'SequenceExpression':
      return ['sequence', node.expressions.map(go)];
    case 'AwaitExpression':
      return ['await', go(node.argument)];
    case 'YieldExpression':
      if (t.yieldIsAwait && !node.delegate) return ['await', node.argument ? go(node.argument) : UNDEFINED];
      return ['yield', node.delegate, node.argument ? go(node.argument) : UNDEFINED];
    case 'PrivateIdentifier':
      return ['private', node.name];
    default:
      // A kind of syntax that came after this was written: its own name keeps it apart from everything else.
      throw new UnknownSyntax(node.type);
  }
}

/** Syntax that has no term. */
export class UnknownSyntax extends Error {}

/** The term of something that is assigned to or declared. */
export function pattern(node: Pattern, t: Translation): Term {
  switch (node.type) {
    case 'Identifier':
      return name(node, t);
    case 'MemberExpression':
      return expression(node, t);
    case 'AssignmentPattern':
      return ['default', pattern(node.left, t), expression(node.right, t)];
    case 'RestElement':
      return ['rest', pattern(node.argument, t)];
    case 'ArrayPattern':
      return ['array-pattern', node.elements.map((element) => (element ? pattern(element, t) : ABSENT))];
    case 'ObjectPattern':
      return [
        'object-pattern',
        node.properties.map((property) =>
          property.type === 'RestElement'
            ? pattern(property, t)
            : [
                'property',
                property.computed ? expression(property.key, t) : key(property.key),
                pattern(property.value, t),
              ],
        ),
      ];
  }
}

/** The term of a name as it is used or declared. */
export function name(node: AnyNode & { type: 'Identifier' }, { names }: Translation): Term {
  const binding = names.bindings.get(node);
  if (binding) return ['local', binding];
  return node.name === 'undefined' ? UNDEFINED : ['free', node.name];
}

/** The term of a property name that is written out: one spelling for `a`, `'a'`, `['a']` and for `1`, `'1'`. */
export function key(node: AnyNode): Term {
  if (node.type === 'Identifier') return ['string', node.name];
  if (node.type === 'PrivateIdentifier') return ['private', node.name];
  if (node.type === 'Literal') return ['string', String(node.value)];
  throw new UnknownSyntax(node.type);
}

function literalTerm(node: AnyNode & { type: 'Literal' }): Term {
  const { value } = node;
  if (node.regex) return ['regexp', node.regex.pattern, node.regex.flags];
  // Not the written form: 0x10n is 16n.
  if (typeof value === 'bigint') return ['bigint', String(value)];
  if (typeof value === 'string') return ['string', value];
  if (typeof value === 'number') return ['number', value];
  if (typeof value === 'boolean') return [value ? 'true' : 'false'];
  return ['null'];
}

const cooked = ({ value }: TemplateElement): Term => ['string', value.cooked ?? ''];
const raw = ({ value }: TemplateElement): Term => ['quasi', value.cooked ?? null, value.raw];

function objectMember(property: AnyNode & { type: 'Property' | 'SpreadElement' }, t: Translation): Term {
  if (property.type === 'SpreadElement') return ['spread', expression(property.argument, t)];
  const name = property.computed ? expression(property.key, t) : key(property.key);
  const value = property.value as Expression;
  if (property.kind !== 'init')
    return ['accessor', property.kind, name, translateFunction(value as never, t, 'method')];
  // `__proto__: x` sets the prototype, `['__proto__']: x`, a shorthand and a method do not.
  const isProto = !property.computed && !property.shorthand && !property.method && name[1] === '__proto__';
  if (isProto) return ['prototype', expression(value, t)];
  return ['property', name, property.method ? translateFunction(value as never, t, 'method') : expression(value, t)];
}
