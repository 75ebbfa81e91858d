import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CodeIdentity } from '../../src/identity/index.ts';
import { builtRoom } from '../inspect/built-room.ts';

const here = dirname(fileURLToPath(import.meta.url));
const printer = join(here, 'fixtures/print-identities.mjs');

/** Identities by exported name. */
export type Identities = Record<string, CodeIdentity>;

/** A directory for programs, inside the repository so that they find its packages. */
export class Workshop {
  readonly directory = mkdtempSync(join(here, '.workshop-'));
  readonly #room = builtRoom('identity');

  /** Writes files, by path relative to the workshop; returns the absolute path of the last one. */
  write(files: Record<string, string>): string {
    let path = '';
    for (const [name, text] of Object.entries(files)) {
      path = join(this.directory, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    return path;
  }

  /** Copies a directory of fixtures and returns where it is. */
  copy(fixture: string, name: string): string {
    const target = join(this.directory, name);
    cpSync(join(here, 'fixtures', fixture), target, { recursive: true });
    return target;
  }

  /** Changes every file of a directory, and its name. */
  rewrite(directory: string, change: (text: string, name: string) => readonly [text: string, name: string]): void {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      const [text, renamed] = change(readFileSync(path, 'utf8'), name);
      rmSync(path);
      writeFileSync(join(directory, renamed), text);
    }
  }

  /** What a fresh Node process says about the functions that modules export as `all`. */
  identities(files: readonly string[], options: { node?: readonly string[]; worker?: boolean } = {}): Identities[] {
    const args = [...(options.node ?? []), printer, ...(options.worker ? ['--worker'] : []), this.#room, ...files];
    const printed = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', cwd: this.directory }));
    return files.map((file) => printed[file]);
  }

  close(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
