import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from './command.ts';
import { registerTsx } from './tsx.ts';

/** The exports of a script, TypeScript as it is: by Node's own type stripping where it has it, otherwise through tsx. */
export async function loadScript(file: string): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(file);
  if (!existsSync(path)) throw new UsageError(`there is no file ${file}.`);
  if (/\.[cm]?tsx?$/.test(path) && !('typescript' in process.features && process.features.typescript)) {
    await registerTsx(path);
  }
  return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
}
