import type { AnyNode, ArrowFunctionExpression, FunctionExpression } from 'acorn';
import { childNodes } from './child-nodes.ts';

/** Whether a function reads its own `arguments` object, directly or in an arrow function inside it. */
export function usesArguments(fn: ArrowFunctionExpression | FunctionExpression): boolean {
  let found = false;
  const visit = (node: AnyNode): void => {
    if (found) return;
    switch (node.type) {
      case 'Identifier':
        found = node.name === 'arguments';
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
        return;
      case 'MemberExpression':
        visit(node.object);
        if (node.computed) visit(node.property);
        return;
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) visit(node.key);
        if (node.value) visit(node.value);
        return;
      default:
        childNodes(node, visit);
    }
  };
  for (const param of fn.params) visit(param);
  visit(fn.body);
  return found;
}
