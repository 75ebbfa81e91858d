import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './command.ts';
import { registerTsx } from './tsx.ts';

/** The exports of a script, TypeScript as it is: by Node's own type stripping where it has it, otherwise through tsx. */
export async function loadScript(file: string): Promise<Exports> {
  const path = resolve(file);
  if (!existsSync(path)) throw new UsageError(`there is no file ${file}.`);
  if (/\.[cm]?tsx?$/.test(path) && !('typescript' in process.features && process.features.typescript)) {
    await registerTsx(path);
  }
  try {
    return (await import(pathToFileURL(path).href)) as Exports;
  } catch (error) {
    if (!isModuleInCommonJs(error)) throw error;
    throw new UsageError(
      `${file} has import statements, but the package.json above it says "type": "commonjs". Run: npm pkg set type=module; or call the file .mts.`,
    );
  }
}

type Exports = Readonly<Record<string, unknown>>;

/** How Node, and tsx, fail to load a file that is an ES module in a package that says it has none. */
function isModuleInCommonJs(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return code === 'ERR_REQUIRE_CYCLE_MODULE' || /import statement outside a module/.test(String(message));
}
