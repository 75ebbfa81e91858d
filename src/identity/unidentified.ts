/** Thrown at what has no identity; the path to it is looked for only then. */
export class Unidentified {
  readonly culprit: unknown;
  readonly found: string;
  constructor(culprit: unknown, found: string) {
    this.culprit = culprit;
    this.found = found;
  }
}
