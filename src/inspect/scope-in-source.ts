import type { AnyNode, VariableDeclarator } from 'acorn';
import type { Binding, LexicalScope } from './binding.ts';
import type { DefinitionSite } from './definition-site.ts';
import type { RawScope } from './inspector.ts';
import { readSlot } from './raw-slot.ts';
import type { ResolvedNames } from './resolve-names.ts';

/** The scope in the source that has a name, as a function sees it. */
export function declaringScope(found: DefinitionSite | undefined, name: string): LexicalScope | undefined {
  let scope = found?.scope;
  while (scope && !scope.bindings.has(name)) scope = scope.parent;
  return scope;
}

/** Whether a function's place can make several functions for one instance of the scope that holds `name`. */
export function isRepeated(found: DefinitionSite | undefined, name: string): boolean {
  if (!found) return false;
  const { loopsAround } = found.model.names;
  for (let scope: LexicalScope | undefined = found.scope; scope; scope = scope.parent) {
    if (scope.bindings.has(name)) return (loopsAround.get(found.site.node) ?? 0) > (loopsAround.get(scope) ?? 0);
    // Something that may run several times is between them.
    if (scope.isApart) return true;
  }
  return false;
}

/**
 * Whether two functions that see a scope with the same content may stand in two instances of it, and something that
 * travels with them could tell.
 *
 * @param isAlone Whether one instance with that content was seen so far.
 */
export function isDoubtful(
  found: DefinitionSite | undefined,
  scope: LexicalScope | undefined,
  variables: RawScope['variables'],
  isAlone: boolean,
): boolean {
  if (!found || !scope) return true;
  const { names } = found.model;
  if (isAlone && isEnteredOnce(scope, found)) return false;
  const bindings = Object.keys(variables).flatMap((name) => scope.bindings.get(name) ?? []);
  // What nobody changes who travels is as good as a constant.
  if (!names.isDynamic && !bindings.some(({ reassignedInside }) => reassignedInside)) return false;
  return isLoopHead(scope) || !bindings.some((binding) => isOwnObject(binding, variables, names));
}

/** Parameters of the function that vite makes of a module. */
const VITE_PARAMETER = /^__vi(?:te_ssr)?_import_meta__$/;

/** Whether there is but one instance of a scope for each script. */
function isEnteredOnce(scope: LexicalScope, { script, model }: DefinitionSite): boolean {
  // V8 takes the same evaluated text for the same script again.
  if (script.url === '') return false;
  for (let at: LexicalScope | undefined = scope; at; at = at.parent) {
    if (isLoopHead(at) || (model.names.loopsAround.get(at) ?? 0) > 0) return false;
    if (at.isApart) return [...at.bindings.keys()].some((name) => VITE_PARAMETER.test(name));
  }
  return true;
}

/** Each round of a loop has variables of its own, which begin with what those of the round before hold. */
const isLoopHead = ({ node }: LexicalScope): boolean => /^For(?:In|Of)?Statement$/.test(node.type);

/** Whether a variable holds an object that was made for just this instance of its scope. */
function isOwnObject(binding: Binding, variables: RawScope['variables'], names: ResolvedNames): boolean {
  const { value } = readSlot(variables, binding.name);
  if (binding.reassigned || value === null || (typeof value !== 'object' && typeof value !== 'function')) return false;
  switch (binding.kind) {
    case 'function':
    case 'class':
    case 'self':
      return true;
    case 'var':
    case 'let':
    case 'const': {
      const { id, init } = (binding.origin ?? {}) as Partial<VariableDeclarator>;
      return id?.type === 'Identifier' && init != null && makesObject(init, names);
    }
    default:
      return false;
  }
}

const MADE_BY_NEW: ReadonlySet<string> = new Set(['Array', 'Date', 'Map', 'Set', 'WeakMap', 'WeakSet']);

/** Whether an expression gives another object each time. */
function makesObject(node: AnyNode, names: ResolvedNames): boolean {
  switch (node.type) {
    case 'ArrayExpression':
    case 'ArrowFunctionExpression':
    case 'ClassExpression':
    case 'FunctionExpression':
    case 'ObjectExpression':
      return true;
    case 'NewExpression':
      return node.callee.type === 'Identifier' && !names.bindings.has(node.callee) && MADE_BY_NEW.has(node.callee.name);
    case 'CallExpression': {
      // esbuild names functions so: `__name(() => …, 'key')`.
      const isNaming = node.callee.type === 'Identifier' && /^__name\d*$/.test(node.callee.name);
      return isNaming && node.arguments[0] !== undefined && makesObject(node.arguments[0], names);
    }
    default:
      return false;
  }
}
