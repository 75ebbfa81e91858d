/**
 * The classes whose instances a result may have. Nothing that is stored names code to run: a class is told by an id, and
 * taken from the code that made the result, which is here already.
 */
export interface ClassTable {
  /** `undefined` for a class that the code might not know in another process. */
  idOf(made: Function): string | undefined;
  /** `undefined` when there is none, or more than one. */
  classOf(id: string): Function | undefined;
}
