import { readdirSync, type Stats, statSync } from 'node:fs';

/** What the system says of a file; `undefined` when it isn't there or can't be reached. */
export function fileInfo(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Names in a directory; none when it isn't there or can't be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
