import type { AnyNode, Class, Identifier, Pattern } from 'acorn';
import type { LexicalScope } from './binding.ts';
import { childNodes } from './child-nodes.ts';

/** Calls `found` with every name that a pattern declares. */
export function patternNames(pattern: Pattern, found: (identifier: Identifier) => void): void {
  switch (pattern.type) {
    case 'Identifier':
      found(pattern);
      return;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        patternNames(property.type === 'RestElement' ? property.argument : property.value, found);
      }
      return;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element) patternNames(element, found);
      return;
    case 'AssignmentPattern':
      patternNames(pattern.left, found);
      return;
    case 'RestElement':
      patternNames(pattern.argument, found);
      return;
    case 'MemberExpression':
      return;
  }
}

/** Declares the `let`, `const`, `class`, `function` and `import` names of a statement list. */
export function declareLexical(statements: readonly AnyNode[], scope: LexicalScope): void {
  for (const statement of statements) {
    switch (statement.type) {
      case 'VariableDeclaration': {
        const { kind } = statement;
        if (kind === 'var') break;
        const declared = kind === 'let' ? 'let' : 'const';
        for (const declarator of statement.declarations) {
          patternNames(declarator.id, ({ name }) => scope.declare(name, declared, declarator));
        }
        break;
      }
      case 'FunctionDeclaration':
        if (statement.id) scope.declare(statement.id.name, 'function', statement);
        break;
      case 'ClassDeclaration':
        if (statement.id) scope.declare(statement.id.name, 'class', statement);
        break;
      case 'ImportDeclaration':
        for (const { local } of statement.specifiers) scope.declare(local.name, 'import', statement);
        break;
      case 'ExportNamedDeclaration':
      case 'ExportDefaultDeclaration':
        if (statement.declaration) declareLexical([statement.declaration], scope);
        break;
      case 'LabeledStatement':
        declareLexical([statement.body], scope);
        break;
    }
  }
}

/** Declares the `var` names anywhere below `node`, but not those of functions and static blocks inside it. */
export function declareVars(node: AnyNode | readonly AnyNode[], scope: LexicalScope): void {
  const visit = (child: AnyNode): void => {
    if (isFunctionBoundary(child)) return;
    if (child.type === 'VariableDeclaration' && child.kind === 'var') {
      for (const declarator of child.declarations) {
        patternNames(declarator.id, ({ name }) => {
          // `var` repeats a parameter or an earlier `var` without giving it a value; assignments are seen on their own.
          if (!scope.bindings.has(name)) scope.declare(name, 'var', declarator);
        });
      }
    }
    if (mayHoldStatements(child)) childNodes(child, visit);
  };
  for (const child of Array.isArray(node) ? node : [node]) visit(child);
}

function isFunctionBoundary(node: AnyNode): boolean {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression' ||
    node.type === 'ClassBody' ||
    node.type === 'StaticBlock'
  );
}

/** Statements stand below statements only, except in functions: expressions need not be searched for `var`. */
function mayHoldStatements(node: AnyNode): boolean {
  return node.type.endsWith('Statement') ? node.type !== 'ExpressionStatement' : statementParts.has(node.type);
}

const statementParts = new Set<AnyNode['type']>(['Program', 'SwitchCase', 'CatchClause', 'ExportNamedDeclaration']);

/** Names of the `#private` members that a class declares. */
export function declaredPrivateNames(node: Class): Set<string> {
  const names = new Set<string>();
  for (const member of node.body.body) {
    if (member.type !== 'StaticBlock' && member.key.type === 'PrivateIdentifier') names.add(member.key.name);
  }
  return names;
}
