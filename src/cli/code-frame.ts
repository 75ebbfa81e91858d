import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const FRAME = /^\s*at .*?\(?((?:file:\/\/)?\/[^():]+|[A-Za-z]:\\[^():]+):(\d+):(\d+)\)?$/;

/** The line of the user's own source that an error comes from, with its place; `undefined` when there is none to show. */
export function codeFrame(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  for (const line of error.stack.split('\n')) {
    const [, place, row, column] = FRAME.exec(line) ?? [];
    if (place === undefined) continue;
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    if (/[\\/]node_modules[\\/]/.test(file) || file.startsWith(import.meta.dirname) || !existsSync(file)) continue;
    const source = readFileSync(file, 'utf8').split('\n')[Number(row) - 1];
    if (source === undefined) continue;
    const indent = source.length - source.trimStart().length;
    const at = Number(column) - 1 - indent;
    // Compilers that put a function on one line leave the line right and the column nowhere.
    const caret = at >= 0 && at < source.trim().length ? `\n  ${' '.repeat(at)}^` : '';
    return `${relative(process.cwd(), file)}:${row}\n\n  ${source.trim()}${caret}`;
  }
  return undefined;
}
