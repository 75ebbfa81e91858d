/** Why a result cannot be stored and loaded as what it is. */
export class Unstorable {
  /** Where in the result: `doc.client`. */
  readonly path: string;
  /** What stands there: `a function`. */
  readonly found: string;

  constructor(path: string, found: string) {
    this.path = path;
    this.found = found;
  }

  get message(): string {
    return `'${this.path}' is ${this.found}. Return plain data, or set cache: false for this node.`;
  }
}
