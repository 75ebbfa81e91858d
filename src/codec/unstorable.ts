/** Why a result cannot be stored and loaded as what it is. */
export class Unstorable {
  /** Where in the result: `doc.client`. */
  readonly path: string;
  /** What stands there: `a function`. */
  readonly found: string;
  /** What to do, before the last resort. */
  readonly advice: string;

  constructor(path: string, found: string, advice = 'Return plain data') {
    this.path = path;
    this.found = found;
    this.advice = advice;
  }

  get message(): string {
    return `'${this.path}' is ${this.found}. ${this.advice}, or set cache: false for this node.`;
  }
}
