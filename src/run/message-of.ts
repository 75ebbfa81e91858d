import { Unstorable } from '../codec/index.ts';

/** What a failure says, whatever was thrown. */
export const messageOf = (error: unknown): string =>
  error instanceof Error || error instanceof Unstorable ? error.message : String(error);
