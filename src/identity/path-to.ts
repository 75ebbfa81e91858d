const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

const keyPath = (key: string): string => (IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`);

/** Children of a container with what leads to them. */
function* childrenOf(value: object): Iterable<readonly [string, unknown]> {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) yield [`[${index}]`, value[index]];
    // Elements once more, which does no harm; a large list has hardly anything else.
    if (value.length > 1024) return;
  }
  if (value instanceof Map) {
    for (const [key, item] of value) {
      yield [`.get(${typeof key === 'string' ? JSON.stringify(key) : String(key)})`, item];
      yield ['.keys()', key];
    }
  } else if (value instanceof Set) for (const item of value) yield ['.values()', item];
  for (const key of Reflect.ownKeys(value)) {
    const name = typeof key === 'symbol' ? `[${String(key)}]` : keyPath(key);
    if (typeof key === 'symbol') yield [name, key];
    yield [name, fieldOf(value, key)];
  }
}

/** A field's value; `undefined` when its getter throws. */
function fieldOf(value: object, key: PropertyKey): unknown {
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}

/** Shortest path from a value to something in it, `docs[3].client`; empty when it is the value itself, or not found. */
export function pathTo(root: unknown, target: unknown): string {
  if (root === target || typeof root !== 'object' || root === null) return '';
  const seen = new Set<unknown>([root]);
  const queue: { readonly value: object; readonly path: string }[] = [{ value: root, path: '' }];
  for (const { value, path } of queue) {
    for (const [step, child] of childrenOf(value)) {
      const here = path + step;
      if (child === target) return here.replace(/^\./, '');
      if (typeof child !== 'object' || child === null || seen.has(child)) continue;
      seen.add(child);
      queue.push({ value: child, path: here });
    }
  }
  return '';
}
