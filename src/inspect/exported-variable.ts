import { isBuiltin } from 'node:module';
import type { ModuleDeclaration, Program, Statement } from 'acorn';
import { type CapturedScope, moduleScope } from './captured-scope.ts';
import { type ImportSource, importSource } from './import-source.ts';
import { packageOfFile } from './package-of.ts';
import { scriptModel } from './script-model.ts';
import { type Script, scriptsOfFile } from './scripts.ts';

/** Longest chain of re-exports that is followed. */
const FARTHEST = 8;

/** What loaders may have made of a specifier's end. */
const endings: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\.([cm]?)js$/, ['.$1js', '.$1ts', '.$1tsx']],
  [/\.[cm]?[jt]sx?$/, ['$&']],
  [/$/, ['.ts', '.js', '.mjs', '.mts', '.tsx', '/index.ts', '/index.js', '/index.mjs']],
];

/**
 * Whether an imported variable keeps its value: a live binding changes when the module that exports it assigns it.
 *
 * True for namespaces, builtins and CommonJS modules, whose exports are copied when they are imported; for other
 * modules when their source shows it. False where that cannot be seen.
 */
export function isConstantImport({ specifier, name }: ImportSource, fromUrl: string): boolean {
  return name === '*' || isBuiltin(specifier) || isConstantExport(specifier, name, fromUrl, FARTHEST);
}

/** A variable in the module that declares it. */
export interface LiveExport {
  readonly scope: CapturedScope;
  readonly name: string;
}

/**
 * The variable behind an import whose module may assign it: who imports it and who assigns it share it.
 *
 * `undefined` for constants, packages, CommonJS and namespaces, and for a file that a loader has loaded more than once.
 */
export function liveExport(source: ImportSource, fromUrl: string): LiveExport | undefined {
  if (isConstantImport(source, fromUrl)) return undefined;
  const found = exportedVariable(source, fromUrl, FARTHEST);
  return found && { scope: moduleScope(found.scriptId), name: found.name };
}

function exportedVariable(
  { specifier, name }: ImportSource,
  fromUrl: string,
  depth: number,
): { readonly scriptId: string; readonly name: string } | undefined {
  const [script, another] = depth === 0 ? [] : scriptsOfImport(specifier, fromUrl);
  if (!script?.isModule || another || packageOfFile(script.url)) return undefined;
  const model = scriptModel(script.id);
  const source = model && exportSource(model.program, name);
  if (!source) return undefined;
  if (source.from) {
    const [from, other] = source.from;
    if (from === undefined || other !== undefined) return undefined;
    return exportedVariable({ specifier: from, name: source.name, through: 'import' }, script.url, depth - 1);
  }
  const binding = source.local === undefined ? undefined : model.names.outermost.bindings.get(source.local);
  if (binding?.kind !== 'import') return binding && { scriptId: script.id, name: binding.name };
  const imported = importSource(binding);
  return imported && exportedVariable(imported, script.url, depth - 1);
}

function isConstantExport(specifier: string, name: string, fromUrl: string, depth: number): boolean {
  const scripts = depth === 0 ? [] : scriptsOfImport(specifier, fromUrl);
  return scripts.length > 0 && scripts.every((script) => keepsExport(script, name, depth));
}

/** Those of the user's own files; none for packages. */
function scriptsOfImport(specifier: string, fromUrl: string): readonly Script[] {
  if (!fromUrl.startsWith('file:') || !/^(?:\.{0,2}\/|file:)/.test(specifier)) return [];
  const plain = new URL(specifier, fromUrl).href.replace(/[?#].*$/, '');
  for (const [ending, replacements] of endings) {
    if (!ending.test(plain)) continue;
    for (const replacement of replacements) {
      const found = scriptsOfFile(plain.replace(ending, replacement));
      if (found.length > 0) return found;
    }
  }
  return [];
}

function keepsExport(script: Script, name: string, depth: number): boolean {
  const model = scriptModel(script.id);
  if (!model || packageOfFile(script.url)) return false;
  if (!script.isModule) return true;
  const { outermost, isDynamic } = model.names;
  if (isDynamic) return false;
  const source = exportSource(model.program, name);
  if (source === undefined) return false;
  if (source.from === undefined) {
    const binding = source.local === undefined ? undefined : outermost.bindings.get(source.local);
    if (binding?.kind === 'import') return false;
    return source.local === undefined || (binding !== undefined && !binding.reassigned && binding.kind !== 'var');
  }
  return source.from.every((from) => isConstantExport(from, source.name, script.url, depth - 1));
}

interface ExportSource {
  /** The exporting module's own variable; `undefined` for an anonymous default. */
  readonly local?: string | undefined;
  /** The modules that it may be re-exported from, and its name there. */
  readonly from?: readonly string[];
  readonly name: string;
}

function exportSource({ body }: Program, name: string): ExportSource | undefined {
  const stars: string[] = [];
  for (const statement of body) {
    const found = exportIn(statement, name);
    if (found) return found;
    if (statement.type === 'ExportAllDeclaration' && !statement.exported) stars.push(String(statement.source.value));
  }
  return stars.length === 1 ? { from: stars, name } : undefined;
}

function exportIn(statement: Statement | ModuleDeclaration, name: string): ExportSource | undefined {
  if (statement.type === 'ExportDefaultDeclaration') {
    if (name !== 'default') return undefined;
    const { declaration } = statement;
    const isNamed = declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration';
    return { local: isNamed ? declaration.id?.name : undefined, name };
  }
  if (statement.type !== 'ExportNamedDeclaration') return undefined;
  const { declaration, specifiers, source } = statement;
  if (declaration?.type === 'VariableDeclaration') {
    return declaration.declarations.some(({ id }) => id.type === 'Identifier' && id.name === name)
      ? { local: name, name }
      : undefined;
  }
  if (declaration) return declaration.id.name === name ? { local: name, name } : undefined;
  for (const { exported, local } of specifiers) {
    if (written(exported) !== name) continue;
    return source ? { from: [String(source.value)], name: written(local) } : { local: written(local), name };
  }
  return undefined;
}

const written = (node: { type: 'Identifier'; name: string } | { type: 'Literal'; value?: unknown }): string =>
  node.type === 'Identifier' ? node.name : String(node.value);
