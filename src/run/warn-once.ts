const warnedObjects = new WeakMap<object, Set<string>>();
const warnedNames = new Set<string>();

/** Emits a process warning, once per subject and code. */
export function warnOnce(subject: object | string, code: string, message: string): void {
  if (typeof subject === 'string') {
    const key = `${code} ${subject}`;
    if (warnedNames.has(key)) return;
    warnedNames.add(key);
  } else {
    const codes = warnedObjects.get(subject) ?? new Set();
    if (codes.has(code)) return;
    warnedObjects.set(subject, codes.add(code));
  }
  process.emitWarning(message, { code });
}
