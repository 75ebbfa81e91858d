import { sourcePosition, sourceText } from '../inspect/index.ts';

/**
 * The objects in which functions were found.
 *
 * What says `super` means the prototype of the object that it was written in, and nothing shows which one that is.
 */
export class Homes {
  readonly #byMethod = new Map<Function, object>();

  add(method: Function, home: object): void {
    if (!this.#byMethod.has(method)) this.#byMethod.set(method, home);
  }

  /** Adds the methods of an object. */
  addAll(home: object): void {
    for (const method of functionsOf(home)) this.#addOwn(method, home);
  }

  /** Adds a method as that of the object from which another one inherits it. */
  addLineage(method: Function, object: unknown): void {
    for (const at of lineage(object)) if (functionsOf(at).includes(method)) this.#addOwn(method, at);
  }

  /** What stands in the text of a class belongs to it, wherever else it was found. */
  #addOwn(method: Function, home: object): void {
    const source = sourceText(method);
    if (source !== undefined && textOf(home).includes(source)) this.#byMethod.set(method, home);
    else this.add(method, home);
  }

  /** The object in which a function was found first. */
  of(method: Function): object | undefined {
    return this.#byMethod.get(method);
  }

  /** The object that a method was written in: that of an object literal holds it, that of a class belongs to its class. */
  ofMethod(method: Function): object | undefined {
    const home = this.of(method);
    if (!home || (sourcePosition(method)?.isClassMember && !textOf(home).includes(sourceText(method)!)))
      return undefined;
    return home;
  }
}

/** The object in whose code an arrow function was written, by what its `this` is; `undefined` unless there is just one. */
export function homeOfArrow(arrow: Function, self: unknown): object | undefined {
  const source = sourceText(arrow)!;
  const homes = lineage(self).filter((at) => {
    const members = functionsOf(at).filter((member) => member !== arrow);
    return [textOf(at), ...members.map(sourceText)].some((text) => text?.includes(source));
  });
  return homes.length === 1 ? homes[0] : undefined;
}

/** The text of the class that an object is, or is the prototype of. */
function textOf(object: object): string {
  const made: unknown =
    typeof object === 'function' ? object : Reflect.getOwnPropertyDescriptor(object, 'constructor')?.value;
  const isOwn = typeof made === 'function' && (made === object || made.prototype === object);
  return (isOwn && sourceText(made)) || '';
}

function lineage(object: unknown): object[] {
  const found: object[] = [];
  for (let at: unknown = object; isObject(at); at = Object.getPrototypeOf(at)) found.push(at);
  return found;
}

const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Methods and accessors of an object itself. */
function functionsOf(object: object): Function[] {
  return Reflect.ownKeys(object).flatMap((key) => {
    const { value, get, set } = key === 'constructor' ? {} : (Reflect.getOwnPropertyDescriptor(object, key) ?? {});
    return [value, get, set].filter((part) => typeof part === 'function') as Function[];
  });
}
