import { definitionSite } from './definition-site.ts';
import { functionLocation } from './inspector.ts';
import { lineAt } from './script-model.ts';
import { scriptOf } from './scripts.ts';
import { sourceText } from './source-text.ts';

/** Where the source text of a function begins, and under which rules it runs. */
export interface SourcePosition {
  /** `file:` URL or path of the script; `undefined` for evaluated text. */
  readonly url: string | undefined;
  /** From 0. */
  readonly line: number;
  /** In UTF-16 units from 0. */
  readonly column: number;
  readonly isStrict: boolean;
  /** Whether it is a method or accessor of a class; `undefined` when that is not known. */
  readonly isClassMember: boolean | undefined;
}

const positions = new WeakMap<Function, SourcePosition>();

/** The place of a function's source text; `undefined` for native functions and where the runtime does not tell. */
export function sourcePosition(fn: Function): SourcePosition | undefined {
  let position = positions.get(fn);
  if (position === undefined) {
    position = findPosition(fn);
    if (position) positions.set(fn, position);
  }
  return position;
}

function findPosition(fn: Function): SourcePosition | undefined {
  const source = sourceText(fn);
  const location = source === undefined ? undefined : functionLocation(fn);
  if (source === undefined || !location) return undefined;
  const script = scriptOf(location.scriptId);
  const url = script?.url || undefined;
  // Only functions of sloppy code have these, and of those only the plain ones.
  const isSloppy = Object.hasOwn(fn, 'caller');
  const found = definitionSite(location, source);
  if (!found) {
    return { url, line: location.line, column: location.column, isStrict: !isSloppy, isClassMember: undefined };
  }
  const { model, site } = found;
  const row = lineAt(model, site.start);
  const { startLine, startColumn, isModule } = found.script;
  const [first] = model.program.body;
  const hasDirective = first?.type === 'ExpressionStatement' && first.directive === 'use strict';
  return {
    url,
    line: startLine + row,
    column: site.start - model.lineStarts[row]! + (row === 0 ? startColumn : 0),
    isClassMember: site.parent?.type === 'MethodDefinition',
    isStrict: isModule || hasDirective || source.startsWith('class') || !mayBeSloppy(fn, isSloppy),
  };
}

/** Arrows, methods and generators do not show whether they are sloppy; scripts without a directive are. */
function mayBeSloppy(fn: Function, isSloppy: boolean): boolean {
  return isSloppy || !Object.hasOwn(fn, 'prototype') || Object.getPrototypeOf(fn) !== Function.prototype;
}
