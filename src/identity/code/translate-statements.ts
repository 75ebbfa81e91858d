import type {
  AnyNode,
  BlockStatement,
  Expression,
  FunctionDeclaration,
  Pattern,
  Statement,
  VariableDeclaration,
} from 'acorn';
import type { Binding } from '../../inspect/index.ts';
import { eachTerm, type Term, UNDEFINED } from './term.ts';
import { expression, name, pattern, type Translation, UnknownSyntax } from './translate.ts';
import { translateClass, translateFunction } from './translate-function.ts';

/** The statements of a function's body; an arrow's expression is one `return`. */
export function functionBody(body: BlockStatement | Expression, t: Translation): readonly Term[] {
  return body.type === 'BlockStatement' ? statements(body.body, t) : [['return', expression(body, t)]];
}

/** The terms of a statement list. */
export function statements(nodes: readonly AnyNode[], t: Translation): readonly Term[] {
  return nodes.flatMap((node) => statement(node, t));
}

/** The terms of one statement: none for an empty one, several for a declaration of several variables. */
function statement(node: AnyNode, t: Translation): readonly Term[] {
  const value = (child: Expression) => expression(child, t);
  const list = (child: Statement | null | undefined) => (child ? statements([child], t) : []);
  switch (node.type) {
    case 'EmptyStatement':
    case 'DebuggerStatement':
      return [];
    case 'ExpressionStatement':
      // 'use strict' and its like
      return node.directive ? [] : [['do', value(node.expression)]];
    case 'BlockStatement':
      return [['block', statements(node.body, t)]];
    case 'VariableDeclaration':
      return declaration(node, t);
    case 'FunctionDeclaration':
      return [['declare-function', name(node.id!, t), translateFunction(node as FunctionDeclaration, t)]];
    case 'ClassDeclaration':
      return [['let', name(node.id!, t), translateClass(node, t)]];
    case 'ReturnStatement':
      return [['return', node.argument ? value(node.argument) : UNDEFINED]];
    case 'ThrowStatement':
      return [['throw', value(node.argument)]];
    case 'IfStatement':
      return [['if', value(node.test), list(node.consequent), list(node.alternate)]];
    case 'ForStatement': {
      const { init, test, update, body } = node;
      const begin = init
        ? init.type === 'VariableDeclaration'
          ? declaration(init, t)
          : [['do', value(init)] as Term]
        : [];
      return [['for', begin, test ? value(test) : null, update ? value(update) : null, list(body)]];
    }
    case 'WhileStatement':
      return [['for', [], value(node.test), null, list(node.body)]];
    case 'DoWhileStatement':
      return [['do-while', list(node.body), value(node.test)]];
    case 'ForInStatement':
      return [['for-in', loopTarget(node.left, t), value(node.right), list(node.body)]];
    case 'ForOfStatement':
      return [['for-of', node.await, loopTarget(node.left, t), value(node.right), list(node.body)]];
    case 'BreakStatement':
    case 'ContinueStatement':
      return [[node.type === 'BreakStatement' ? 'break' : 'continue', node.label?.name ?? null]];
    case 'LabeledStatement':
      return [['labeled', node.label.name, list(node.body)]];
    case 'SwitchStatement':
      return [
        [
          'switch',
          value(node.discriminant),
          node.cases.map(({ test, consequent }) => ['case', test ? value(test) : null, statements(consequent, t)]),
        ],
      ];
    case 'TryStatement':
      return [
        [
          'try',
          list(node.block),
          node.handler
            ? ['catch', node.handler.param ? pattern(node.handler.param, t) : null, list(node.handler.body)]
            : null,
          list(node.finalizer),
        ],
      ];
    default:
      throw new UnknownSyntax(node.type);
  }
}

/** One term per variable: `const a = 1, b = 2` is what two declarations are. */
function declaration({ kind, declarations }: VariableDeclaration, t: Translation): readonly Term[] {
  return declarations.map(({ id, init }) => [
    declarationTag(kind, id, t),
    pattern(id, t),
    // `let a` gives `a` the value undefined, `var a` leaves it as it is.
    init ? expression(init, t) : kind === 'var' ? null : UNDEFINED,
  ]);
}

/** A `const` and a `let` that nothing assigns again are the same. */
function declarationTag(kind: VariableDeclaration['kind'], id: Pattern, t: Translation): string {
  return kind === 'const' && !declaresReassigned(pattern(id, t)) ? 'let' : kind;
}

function declaresReassigned(part: Term): boolean {
  if (part[0] === 'local') return (part[1] as Binding).reassigned;
  let found = false;
  eachTerm(part, (child) => {
    found ||= declaresReassigned(child);
  });
  return found;
}

function loopTarget(left: VariableDeclaration | Pattern, t: Translation): Term {
  if (left.type !== 'VariableDeclaration') return pattern(left, t);
  const { id } = left.declarations[0]!;
  return ['each', declarationTag(left.kind, id, t), pattern(id, t)];
}
