/** A value, or a part of one, that has no identity to make a key of. */
export class DigestError extends Error {
  /** Where in the value: `docs[3].client`; empty for the value itself. */
  readonly path: string;
  /** What was found there: `a promise`, `a function`. */
  readonly found: string;
  /** What is wrong with it: `which has no content to identify it by`. */
  readonly why: string;

  constructor(path: string, found: string, why: string, options?: ErrorOptions) {
    super(`${path === '' ? 'it' : `'${path}'`} is ${found}, ${why}.`, options);
    this.name = 'DigestError';
    this.path = path;
    this.found = found;
    this.why = why;
  }
}
