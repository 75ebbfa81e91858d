/** Thrown at what has no identity; the path to it is looked for only then. */
export class Unidentified {
  readonly culprit: unknown;
  readonly found: string;
  /** What is wrong with it. */
  readonly why: string;
  constructor(culprit: unknown, found: string, why = 'which has no content to identify it by') {
    this.culprit = culprit;
    this.found = found;
    this.why = why;
  }
}
