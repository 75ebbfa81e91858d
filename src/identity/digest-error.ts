/** A value, or a part of one, that has no identity to make a key of. */
export class DigestError extends Error {
  /** Where in the value: `docs[3].client`; empty for the value itself. */
  readonly path: string;
  /** What was found there: `a promise`, `a function`. */
  readonly found: string;

  constructor(path: string, found: string, options?: ErrorOptions) {
    super(`${path === '' ? 'it' : `'${path}'`} is ${found}, which has no content to identify it by.`, options);
    this.name = 'DigestError';
    this.path = path;
    this.found = found;
  }
}
