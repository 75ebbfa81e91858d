const nativeBody = /\{\s*\[native code\]\s*\}\s*$/;

/** The source text of `fn` as the engine runs it, or `undefined` for a native or bound function. */
export function sourceText(fn: Function): string | undefined {
  const text = Function.prototype.toString.call(fn);
  return nativeBody.test(text) ? undefined : text;
}
