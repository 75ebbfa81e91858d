import type { ModuleDeclaration, Pattern, Statement } from 'acorn';
import type { ImportSource } from './import-source.ts';
import { answersLater as isDeno, lateListing } from './late-answers.ts';
import { scriptModel } from './script-model.ts';
import { evaluatedScripts } from './scripts.ts';

/** By number of a cell's script, the oldest first: what it says of the names that it declares, `null` for what is no import. */
const cells = new Map<string, ReadonlyMap<string, ImportSource | null>>();

/**
 * The import behind a variable that the cells of a notebook share. Deno makes `const { z } = await import('zod')` of an import,
 * each cell in a script of its own; the last one that declares the name counts.
 */
export function cellImport(name: string): ImportSource | undefined {
  if (!isDeno) return undefined;
  lateListing();
  let found: ImportSource | null | undefined;
  for (const declared of cells.values()) if (declared.has(name)) found = declared.get(name);
  return found ?? undefined;
}

/** Numbers of the scripts that may be cells and were not looked at. */
export const unknownCells = (): readonly string[] =>
  evaluatedScripts().flatMap(({ id }) => (cells.has(id) ? [] : [id]));

/** Looks at the cells whose sources have come. */
export function learnCells(): void {
  for (const id of unknownCells()) {
    const declared = new Map<string, ImportSource | null>();
    for (const statement of scriptModel(id)?.program.body ?? []) declare(statement, declared);
    cells.set(id, declared);
  }
}

function declare(statement: Statement | ModuleDeclaration, declared: Map<string, ImportSource | null>): void {
  if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
    declared.set(statement.id.name, null);
    return;
  }
  if (statement.type !== 'VariableDeclaration') return;
  for (const { id, init } of statement.declarations) {
    const call = init?.type === 'AwaitExpression' ? init.argument : undefined;
    const source = call?.type === 'ImportExpression' && call.source.type === 'Literal' ? call.source.value : undefined;
    for (const [variable, name] of namesIn(id)) {
      const isImport = typeof source === 'string' && name !== undefined;
      declared.set(variable, isImport ? { specifier: source, name, through: 'import' } : null);
    }
  }
}

/** The variables of a pattern, with the exports that they are of an imported module, if they can be. */
function* namesIn(pattern: Pattern): Generator<readonly [variable: string, name: string | undefined]> {
  if (pattern.type === 'Identifier') yield [pattern.name, '*'];
  if (pattern.type !== 'ObjectPattern') return;
  for (const property of pattern.properties) {
    if (property.type !== 'Property' || property.value.type !== 'Identifier' || property.computed) continue;
    const { key } = property;
    const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined;
    yield [property.value.name, name];
  }
}
