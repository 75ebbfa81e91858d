import { type CapturedVariables, capturedVariables, parseFunction } from '../inspect/index.ts';
import { isHooked } from './encode-hooked.ts';
import { processRegistry } from './process-registry.ts';
import { findReference } from './references/find-reference.ts';

export type WeakCollection = WeakMap<object, unknown> | WeakSet<object>;

/** What a weak collection holds for a key that travels; a record of its own, written when all keys are known. */
export class WeakEntry {
  readonly collection: WeakCollection;
  readonly key: object;
  /** `undefined` for that of a set. */
  readonly value: unknown;

  constructor(collection: WeakCollection, key: object) {
    this.collection = collection;
    this.key = key;
    this.value = collection instanceof WeakMap ? collection.get(key) : undefined;
  }
}

/** Collections by the ids under which they travelled. */
const known = processRegistry('weak-collections', () => new Map<string, WeakRef<WeakCollection>>());

/** The collection of that id, if it is here. */
export function weakOfId(id: string): WeakCollection | undefined {
  return known.get(id)?.deref();
}

export function rememberWeak(id: string, collection: WeakCollection): void {
  if (id !== '') known.set(id, new WeakRef(collection));
}

/**
 * The weak collections of one payload: those in which classes keep something about their instances, as compilers do with
 * `#private` members.
 *
 * What they hold can't be listed, and need not be: nobody can ask for more than what they hold for the keys that travel.
 */
export class WeakCollections {
  readonly #found = new Map<WeakCollection, { readonly id: string; readonly name: string; asked: number }>();

  /** Takes the collections that a class captured, itself or through functions that a compiler made of its private methods. */
  addOf({ variables }: CapturedVariables, classId: string, isDeep = false): void {
    for (const { name, value } of variables.values()) {
      const collection = isWeakCollection(value) ? value : privateStatic(value);
      if (isWeakCollection(collection)) this.#add(collection, name, classId);
      else if (!isDeep && typeof value === 'function' && isPlainFunction(value)) {
        const captured = capturedVariables(value);
        if (captured) this.addOf(captured, classId, true);
      }
    }
  }

  #add(collection: WeakCollection, name: string, classId: string): void {
    const id = classId === '' ? '' : `${classId} ${name}`;
    rememberWeak(id, collection);
    if (!this.#found.has(collection)) this.#found.set(collection, { id, name, asked: 0 });
  }

  /** Under which id a collection travels; `undefined` for one that does not. */
  idOf(value: object): string | undefined {
    return this.#found.get(value as WeakCollection)?.id;
  }

  /** What the collections hold for values, by number, that were not asked for yet. */
  *entriesOf(values: readonly unknown[]): Generator<{ entry: WeakEntry; key: number; name: string }> {
    const { length } = values;
    for (const [collection, found] of this.#found) {
      for (; found.asked < length; found.asked++) {
        const key = values[found.asked] as object;
        if (!collection.has(key) || isHooked(key) || findReference(key)) continue;
        const entry = new WeakEntry(collection, key);
        // One of a class, not of an instance, is the same wherever the class is.
        if (isWeakCollection(entry.value))
          this.#add(entry.value, found.name, typeof key === 'function' ? found.id : '');
        yield { entry, key: found.asked, name: found.name };
      }
    }
  }
}

/** What is in a variable that TypeScript made of a private static: `_Registry_known = { value: … }`. */
function privateStatic(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  return Reflect.getOwnPropertyDescriptor(value, 'value')?.value;
}

function isWeakCollection(value: unknown): value is WeakCollection {
  return value instanceof WeakMap || value instanceof WeakSet;
}

function isPlainFunction(value: Function): boolean {
  const parsed = parseFunction(value);
  return parsed.ok && parsed.form === 'function' && !findReference(value);
}
