import { functionLocation, parseFunction, scriptOf, sourceText } from '../inspect/index.ts';

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

/** Whether instances of a class have `#private` members, which nothing outside the class can see. */
export function hasPrivateState(made: Function): boolean {
  const parsed = parseFunction(made);
  if (!parsed.ok || parsed.form !== 'class') return false;
  const { body } = parsed.node as { body: { body: readonly { static?: boolean; key?: { type: string } }[] } };
  return body.body.some((member) => !member.static && member.key?.type === 'PrivateIdentifier');
}
