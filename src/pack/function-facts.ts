import { functionLocation, scriptOf, sourceText } from '../inspect/index.ts';

const urls = new WeakMap<Function, string | null>();

/** `file:` URL, path or `node:` name of the script that a function stands in; `undefined` for native functions and evaluated text. */
export function scriptUrl(fn: Function): string | undefined {
  let url = urls.get(fn);
  if (url === undefined) {
    const location = sourceText(fn) === undefined ? undefined : functionLocation(fn);
    url = (location && scriptOf(location.scriptId)?.url) || null;
    urls.set(fn, url);
  }
  return url ?? undefined;
}

/** Whether a function is part of the language or of Node itself. */
export function isBuiltIn(fn: Function): boolean {
  return sourceText(fn) === undefined || scriptUrl(fn)?.startsWith('node:') === true;
}
