import { findSourceMap } from 'node:module';
import type { SourcePosition } from '../inspect/index.ts';

/**
 * Where the user wrote what stands at a place of a compiled script, as far as its source map is known here: the stack of
 * a function that travelled then names the user's file and line.
 */
export function mappedLine(url: string, { line, column }: SourcePosition): { line: number; column: number } {
  const entry = url === '' ? undefined : findSourceMap(url)?.findEntry(line, column);
  // Empty when the map says nothing of this place.
  if (entry === undefined || !isMapped(entry)) return { line, column };
  return { line: entry.originalLine, column: entry.originalColumn };
}

function isMapped(entry: object): entry is { originalLine: number; originalColumn: number } {
  return 'originalLine' in entry && 'originalColumn' in entry;
}
