import { BoundedMap } from './bounded-map.ts';
import { type OwnInspector, withInspector } from './inspector.ts';

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

/** The whole source of a script as the engine runs it, or `undefined` where the runtime does not tell. */
export function scriptSource(scriptId: string): string | undefined {
  if (sources.get(scriptId) === undefined) ask(scriptId);
  return sources.get(scriptId);
}

/** How many calls of {@link inOneGo} are under way. */
let underway = 0;
/** Switches the debugger off, while it is on. */
let switchOff: (() => void) | undefined;

/**
 * Runs `action`, which asks about many functions, and switches the debugger on at most once for all of them. That takes
 * V8 some 30 ms the first time in a process, and then a time that grows with the number of scripts.
 */
export function inOneGo<Answer>(action: () => Answer): Answer {
  underway++;
  try {
    return action();
  } finally {
    if (--underway === 0) switchOff?.();
  }
}

/**
 * Learns about all scripts and the source of one. Only the debugger knows them, so it is switched on for this moment:
 * left on, it would slow the user's code.
 */
function ask(scriptId: string): void {
  withInspector((inspector) => {
    inOneGo(() => {
      switchOff ??= switchOn(inspector);
      if (!scripts.get(scriptId)) return;
      const { scriptSource } = inspector.post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId });
      sources.set(scriptId, scriptSource);
    });
  });
}

function switchOn(inspector: OwnInspector): () => void {
  const forget = inspector.listen('Debugger.scriptParsed', ({ params }) => {
    learn(params as ParsedScript);
  });
  const stop = (): void => {
    switchOff = undefined;
    inspector.post('Debugger.disable');
    forget();
  };
  try {
    inspector.post('Debugger.enable');
    // Hooks of the user's may run meanwhile, and a `debugger` statement in one would wait for nobody.
    inspector.post('Debugger.setSkipAllPauses', { skip: true });
    return stop;
  } catch (error) {
    stop();
    throw error;
  }
}

interface ParsedScript {
  readonly scriptId: string;
  readonly url: string;
  readonly isModule?: boolean;
  readonly startLine: number;
  readonly startColumn: number;
}

function learn({ scriptId: id, url, isModule = false, startLine, startColumn }: ParsedScript): void {
  scripts.set(id, { id, url, isModule, startLine, startColumn });
  if (url === '' || url.startsWith('node:')) return;
  const file = url.replace(/[?#].*$/, '');
  const same = byFile.get(file);
  if (same) same.add(id);
  else byFile.set(file, new Set([id]));
}
