import { findSourceMap, type SourceMap } from 'node:module';
import { breakablePlaces, type ParsedFunction, type SourcePosition } from '../inspect/index.ts';
import type { Edit } from './edits.ts';

/** Where the text of a function has to stand, and be broken, to be on the lines on which the user wrote it. */
export interface UserLines {
  /** From 0. */
  readonly line: number;
  /** From 0. */
  readonly column: number;
  readonly breaks: readonly Edit[];
}

interface Entry {
  readonly generatedLine: number;
  readonly generatedColumn: number;
  readonly originalSource: string;
  readonly originalLine: number;
  readonly originalColumn: number;
}

/** Further apart, two parts of a function are not from one place. */
const MOST_LINES = 2_000;
/** Columns beyond this are not worth the blanks. */
const MOST_COLUMNS = 200;

const known = new WeakMap<ParsedFunction, { readonly position: SourcePosition; readonly lines: UserLines }>();

/**
 * Finds the user's lines by the source map of the compiled script, as far as one is known here, so that the stack of a
 * function that travelled names them. Compilers may have put a whole function on one line.
 */
export function onUserLines(parsed: ParsedFunction, position: SourcePosition): UserLines {
  const { url = '', line, column } = position;
  const last = known.get(parsed);
  if (last && last.position.url === url && last.position.line === line && last.position.column === column)
    return last.lines;
  const map = url === '' ? undefined : findSourceMap(url);
  const start = map && entryAt(map, line, column);
  const lines = start
    ? { line: start.originalLine, column: start.originalColumn, breaks: breaksOf(parsed, position, map, start) }
    : { line, column, breaks: [] };
  known.set(parsed, { position, lines });
  return lines;
}

function entryAt(map: SourceMap, line: number, column: number): Entry | undefined {
  const entry = map.findEntry(line, column);
  // Empty when the map says nothing of this place.
  return 'originalLine' in entry ? entry : undefined;
}

function breaksOf(parsed: ParsedFunction, position: SourcePosition, map: SourceMap, start: Entry): Edit[] {
  const { source } = parsed;
  const breaks: Edit[] = [];
  let [line, column] = [position.line, position.column];
  let original = start.originalLine;
  let at = 0;
  for (const place of breakablePlaces(parsed)) {
    const between = source.slice(at, place).split('\n');
    const isSameLine = between.length === 1;
    line += between.length - 1;
    original += between.length - 1;
    column = isSameLine ? column + between[0]!.length : between.at(-1)!.length;
    at = place;
    const entry = entryAt(map, line, column);
    if (!entry || entry.originalSource !== start.originalSource) continue;
    const missing = entry.originalLine - original;
    if (missing <= 0 || missing > MOST_LINES) continue;
    const isExact = entry.generatedLine === line && entry.generatedColumn === column;
    const blanks = isExact && entry.originalColumn < MOST_COLUMNS ? entry.originalColumn : 0;
    breaks.push({ start: place, end: place, text: '\n'.repeat(missing) + ' '.repeat(blanks) });
    original = entry.originalLine;
  }
  return breaks;
}
