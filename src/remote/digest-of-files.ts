import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** Names that are never part of what is added: installed elsewhere, or nobody's business. */
const isLeftOut = (name: string): boolean => name === 'node_modules' || name.startsWith('.');

/** Whether what lies at this path in an added folder goes into an image; the folder itself does, whatever it is called. */
export function isAdded(source: string, path: string): boolean {
  return path === source || (existsSync(path) && !relative(source, path).split(sep).some(isLeftOut));
}

/** The files of a folder that go into an image, as paths relative to it, sorted; a file stands for itself as ''. @internal */
export function addedFiles(source: string): string[] {
  if (!statSync(source).isDirectory()) return [''];
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (isLeftOut(entry.name)) continue;
      const path = join(folder, entry.name);
      const kind = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
      // A link to nothing.
      if (kind === undefined) continue;
      if (kind.isDirectory()) walk(path);
      else found.push(relative(source, path).split(sep).join('/'));
    }
  };
  walk(source);
  return found.sort();
}

/** SHA-256 of names and contents of a file or folder, in hex. */
export function digestOfFiles(source: string): string {
  const hash = createHash('sha256');
  for (const file of addedFiles(source)) {
    const content = readFileSync(join(source, file));
    hash.update(`${JSON.stringify(file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}
