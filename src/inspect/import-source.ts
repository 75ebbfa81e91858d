import type { AnyNode, CallExpression, ImportDeclaration, VariableDeclarator } from 'acorn';
import type { Binding } from './binding.ts';
import { childNodes } from './child-nodes.ts';

/** Where an imported variable comes from, as its module wrote it. */
export interface ImportSource {
  /** `node:fs`, `natural`, `./text.js`, or a path for loaders that resolve first. */
  readonly specifier: string;
  /** The export's name, `default`, or `*` for the whole namespace (with `require`: the exported value itself). */
  readonly name: string;
  readonly through: 'import' | 'require';
}

/**
 * The import behind a variable: an `import` declaration, or a variable that holds a `require(…)` or a loader's own
 * call, also inside an interop helper (`__toESM(require('x'))`).
 */
export function importSource({ name, origin }: Binding): ImportSource | undefined {
  if (origin?.type === 'ImportDeclaration') return fromDeclaration(name, origin);
  if (origin?.type === 'VariableDeclarator') return fromDeclarator(name, origin);
  return undefined;
}

function fromDeclaration(local: string, declaration: ImportDeclaration): ImportSource | undefined {
  const specifier = String(declaration.source.value);
  const found = declaration.specifiers.find((one) => one.local.name === local);
  switch (found?.type) {
    case 'ImportSpecifier': {
      const { imported } = found;
      return {
        specifier,
        name: imported.type === 'Identifier' ? imported.name : String(imported.value),
        through: 'import',
      };
    }
    case 'ImportDefaultSpecifier':
      return { specifier, name: 'default', through: 'import' };
    case 'ImportNamespaceSpecifier':
      return { specifier, name: '*', through: 'import' };
    default:
      return undefined;
  }
}

function fromDeclarator(local: string, { id, init }: VariableDeclarator): ImportSource | undefined {
  const loaded = init && loadedModule(init);
  if (!loaded) return undefined;
  if (id.type === 'Identifier') return { ...loaded, name: '*' };
  if (id.type !== 'ObjectPattern') return undefined;
  for (const property of id.properties) {
    if (property.type === 'RestElement' || property.computed || property.key.type !== 'Identifier') continue;
    if (property.value.type === 'Identifier' && property.value.name === local)
      return { ...loaded, name: property.key.name };
  }
  return undefined;
}

/** Looks through `await`, helper calls and sequences; anything else changes what was loaded. */
function loadedModule(node: AnyNode): Pick<ImportSource, 'specifier' | 'through'> | undefined {
  switch (node.type) {
    case 'AwaitExpression':
      return loadedModule(node.argument);
    case 'ImportExpression':
      return node.source.type === 'Literal' ? { specifier: String(node.source.value), through: 'import' } : undefined;
    case 'CallExpression':
      return fromCall(node);
    default:
      return undefined;
  }
}

function fromCall(call: CallExpression): Pick<ImportSource, 'specifier' | 'through'> | undefined {
  const [first] = call.arguments;
  if (call.callee.type === 'Identifier' && first?.type === 'Literal' && typeof first.value === 'string') {
    if (call.callee.name === 'require') return { specifier: first.value, through: 'require' };
    // vite: `await __vi_import__('natural')`, `await __vite_ssr_import__('/src/text.ts')`
    if (/^__vi(?:te_ssr)?_(?:dynamic_)?import__$/.test(call.callee.name))
      return { specifier: first.value, through: 'import' };
    return undefined;
  }
  if (first?.type !== 'CallExpression' || !isHelperCall(call)) return undefined;
  return loadedModule(first);
}

/** A call of a plain name whose other arguments are literals: `__toESM(require('x'), 1)`, `__importStar(require('x'))`. */
function isHelperCall({ callee, arguments: [, ...others] }: CallExpression): boolean {
  let plain = callee.type === 'Identifier';
  if (callee.type === 'MemberExpression' && !callee.computed) plain = callee.object.type === 'Identifier';
  for (const other of others) {
    if (other.type !== 'Literal' && other.type !== 'UnaryExpression') plain = false;
    childNodes(other, (child) => {
      if (child.type !== 'Literal') plain = false;
    });
  }
  return plain;
}
