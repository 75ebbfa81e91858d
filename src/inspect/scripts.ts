import { pathToFileURL } from 'node:url';
import { BoundedMap } from './bounded-map.ts';
import { type OwnInspector, withInspector } from './inspector.ts';
import { answersLater, lateScript } from './late-answers.ts';

/** One piece of source that the engine has compiled. */
export interface Script {
  readonly id: string;
  /** `file:` URL, path or whatever the loader called it; empty for `eval` and `new Function`. */
  readonly url: string;
  readonly isModule: boolean;
  /** Where the script's first character stands for the engine, from 0. */
  readonly startLine: number;
  readonly startColumn: number;
}

const scripts = new BoundedMap<string, Script>(20_000);
const sources = new BoundedMap<string, string>(500);
/** Numbers of the scripts that were made from one file, by URL or path without query. */
const byFile = new BoundedMap<string, Set<string>>(20_000);

/** The script of that number, or `undefined` where the runtime does not tell or has forgotten it. */
export function scriptOf(scriptId: string): Script | undefined {
  if (!scripts.get(scriptId)) ask(scriptId);
  return scripts.get(scriptId);
}

/** The scripts that were made from a file so far, given without query; loaders can make several. */
export function scriptsOfFile(url: string): readonly Script[] {
  return [...(byFile.get(url) ?? [])].flatMap((id) => scripts.get(id) ?? []);
}

/** Whether a file is known to have been loaded. */
export function isLoadedFile(file: string): boolean {
  return byFile.get(file) !== undefined || byFile.get(pathToFileURL(file).href) !== undefined;
}

/** The whole source of a script as the engine runs it, or `undefined` where the runtime does not tell. */
export function scriptSource(scriptId: string): string | undefined {
  if (sources.get(scriptId) === undefined) ask(scriptId);
  return sources.get(scriptId);
}

/** Evaluated text, as of the last listing; most of it is the inspector's own and not worth keeping. */
const unnamed = new Map<string, Script>();

/** Evaluated text that is known of, the oldest first: cells of a notebook are among it. */
export const evaluatedScripts = (): readonly Script[] =>
  [...unnamed.values()].sort((a, b) => Number(a.id) - Number(b.id));

/** Learns about all scripts and the source of one, which only the debugger knows. */
function ask(scriptId: string): void {
  if (answersLater) {
    lateScript(scriptId);
    return;
  }
  withInspector((inspector) => {
    listScripts(inspector);
    const evaluated = unnamed.get(scriptId);
    if (evaluated) scripts.set(scriptId, evaluated);
    if (!scripts.get(scriptId)) return;
    const { scriptSource } = inspector.post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId });
    learnSource(scriptId, scriptSource);
  });
}

/** Learns about all scripts, until the end of the go. */
export function listScripts(inspector: OwnInspector): void {
  if (!inspector.isDebugging) unnamed.clear();
  inspector.startDebugger(learnScript);
}

/** Takes the source of a script. */
export function learnSource(scriptId: string, source: string): void {
  const evaluated = unnamed.get(scriptId);
  if (evaluated) scripts.set(scriptId, evaluated);
  sources.set(scriptId, source);
}

/** Takes what the debugger tells of a script. */
export function learnScript(parsed: object): void {
  const {
    scriptId: id,
    url,
    isModule = false,
    startLine,
    startColumn,
  } = parsed as Omit<Script, 'id'> & { readonly scriptId: string };
  const script = { id, url, isModule, startLine, startColumn };
  if (url === '') {
    unnamed.set(id, script);
    return;
  }
  scripts.set(id, script);
  if (url.startsWith('node:')) return;
  const file = url.replace(/[?#].*$/, '');
  const same = byFile.get(file);
  if (same) same.add(id);
  else byFile.set(file, new Set([id]));
}
