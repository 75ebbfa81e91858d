/** The class that an object is an instance of, whatever fields it has itself; `undefined` when it has none. */
export function classOfInstance(value: object): Function | undefined {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  const made = prototype?.constructor;
  return typeof made === 'function' ? made : undefined;
}

/** Name of that class; empty when there is none. */
export function className(value: object): string {
  const name: unknown = classOfInstance(value)?.name;
  return typeof name === 'string' ? name : '';
}
