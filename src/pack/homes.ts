/**
 * The objects in which functions were found.
 *
 * A method that says `super` means the prototype of the object that it was written in, and nothing shows which one that
 * is; the first object that has it as a property is taken for it.
 */
export class Homes {
  readonly #byMethod = new Map<Function, object>();

  add(method: Function, home: object): void {
    if (!this.#byMethod.has(method)) this.#byMethod.set(method, home);
  }

  of(method: Function): object | undefined {
    return this.#byMethod.get(method);
  }
}
