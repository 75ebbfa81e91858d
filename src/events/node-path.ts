const paths = new WeakMap<object, string>();

/**
 * Path of the node that threw this error, such as `all > per_doc[3] > wordCount`; `undefined` for an error that no run raised.
 */
export function nodePath(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? paths.get(error) : undefined;
}

/** Remembers where an error came from and adds it to the end of its printed stack; the error stays the same object. @internal */
export function recordNodePath(error: unknown, path: string): void {
  if (typeof error !== 'object' || error === null) return;
  const known = paths.get(error);
  if (known === path) return;
  paths.set(error, path);
  if (!(error instanceof Error) || typeof error.stack !== 'string') return;
  const stack = known === undefined ? error.stack : error.stack.replace(stackLine(known), '');
  try {
    error.stack = stack + stackLine(path);
  } catch {
    // A frozen error keeps its stack; nodePath() still knows.
  }
}

const stackLine = (path: string): string => `\n    in node ${path}`;
