import { BoundedMap } from './bounded-map.ts';
import { withInspector } from './inspector.ts';

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

/**
 * Learns about all scripts and the source of one. The debugger knows them, so it is switched on for this moment only:
 * left on, it would slow the user's code.
 */
function ask(scriptId: string): void {
  withInspector((inspector) => {
    const forget = inspector.listen('Debugger.scriptParsed', ({ params }) => {
      const script = params as {
        scriptId: string;
        url: string;
        isModule?: boolean;
        startLine: number;
        startColumn: number;
      };
      const { scriptId: id, url, isModule = false, startLine, startColumn } = script;
      scripts.set(id, { id, url, isModule, startLine, startColumn });
      if (url === '' || url.startsWith('node:')) return;
      const file = url.replace(/[?#].*$/, '');
      const same = byFile.get(file);
      if (same) same.add(id);
      else byFile.set(file, new Set([id]));
    });
    try {
      inspector.post('Debugger.enable');
      if (scripts.get(scriptId)) {
        sources.set(
          scriptId,
          inspector.post<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId }).scriptSource,
        );
      }
    } finally {
      inspector.post('Debugger.disable');
      forget();
    }
  });
}
