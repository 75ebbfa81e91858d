import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The URL of a file of this repository. */
export function ownPath(file: string): string {
  return pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), '../..', file)).href;
}
