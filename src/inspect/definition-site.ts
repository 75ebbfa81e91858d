import type { LexicalScope } from './binding.ts';
import type { FunctionLocation } from './inspector.ts';
import { type FunctionSite, type ScriptModel, scriptModel } from './script-model.ts';
import { type Script, scriptOf } from './scripts.ts';

/** The place in an analysed script where a function was written. */
export interface DefinitionSite {
  readonly script: Script;
  readonly model: ScriptModel;
  readonly site: FunctionSite;
  /** The scope around the function. */
  readonly scope: LexicalScope;
}

/** Finds the function with this source at this place; `undefined` when the script is not known or the place not certain. */
export function definitionSite(location: FunctionLocation, source: string): DefinitionSite | undefined {
  const script = scriptOf(location.scriptId);
  const model = script && scriptModel(location.scriptId);
  if (!model) return undefined;
  const candidates = (model.functionsByLength.get(source.length) ?? []).filter(
    ({ start, end }) => model.source.slice(start, end) === source,
  );
  const site = candidates.length === 1 ? candidates[0] : closest(candidates, model, location, script);
  const scope = site && model.names.scopes.get(site.node);
  return site && scope && { script, model, site, scope };
}

/** Of several functions with one text, the one around the place that the engine gives. */
function closest(
  candidates: readonly FunctionSite[],
  { lineStarts }: ScriptModel,
  { line, column }: FunctionLocation,
  { startLine, startColumn }: Script,
): FunctionSite | undefined {
  if (candidates.length === 0) return undefined;
  const row = line - startLine;
  const offset = (lineStarts[row] ?? Number.NaN) + (row === 0 ? column - startColumn : column);
  return candidates.find(({ start, end }) => start <= offset && offset < end);
}
