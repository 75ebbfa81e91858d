import { mkdir, open, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ProgramExit, Running } from './program.ts';
import { Tape } from './tape.ts';
import type { World } from './world.ts';

/** Where the platform puts its tool for files into every container. */
export const fileToolPath = '/__modal/.bin/modal-sandbox-fs-tools';

type Operation = Readonly<
  Record<string, { readonly path: string; readonly parents?: boolean; readonly recursive?: boolean }>
>;

const errorKinds: Readonly<Record<string, string>> = {
  ENOENT: 'NotFound',
  EISDIR: 'IsDirectory',
  ENOTDIR: 'NotDirectory',
  EACCES: 'PermissionDenied',
  EEXIST: 'PathAlreadyExists',
  ENOTEMPTY: 'DirectoryNotEmpty',
};

/** The platform's tool for files: one operation, given as JSON; content comes from stdin or goes to stdout. */
export class FileTool implements Running {
  readonly stdout = new Tape();
  readonly stderr = new Tape();
  readonly exited: Promise<ProgramExit>;
  exit: ProgramExit | undefined;
  received = 0;
  stdinClosed = false;
  #content: Uint8Array[] = [];
  #contentEnded!: () => void;

  constructor(world: World, argument: string) {
    const contentEnd = new Promise<void>((resolve) => {
      this.#contentEnded = resolve;
    });
    this.exited = this.#run(world, JSON.parse(argument) as Operation, contentEnd);
  }

  async write(offset: number, data: Uint8Array, eof: boolean): Promise<void> {
    const fresh = data.subarray(Math.max(0, this.received - offset));
    this.received += fresh.length;
    if (fresh.length > 0) this.#content.push(fresh);
    if (eof) {
      this.stdinClosed = true;
      this.#contentEnded();
    }
  }

  kill(): void {
    this.#contentEnded();
  }

  async #run(world: World, operation: Operation, contentEnd: Promise<void>): Promise<ProgramExit> {
    let code = 0;
    try {
      const [[kind, { path: inside, parents, recursive }]] = Object.entries(operation) as [
        [string, Operation[string] & object],
      ];
      const path = world.path(inside);
      if (kind === 'WriteFile') await this.#writeFile(path, contentEnd);
      else if (kind === 'ReadFile') this.stdout.write(await readFile(path));
      else if (kind === 'MakeDirectory') await mkdir(path, { recursive: parents ?? false });
      else if (kind === 'ListFiles') this.#print(await list(path, inside));
      else if (kind === 'Stat') this.#print(await describe(path, inside));
      else if (kind === 'Remove') await remove(path, recursive ?? false);
      else throw new Error(`unknown operation ${kind}`);
    } catch (error) {
      code = 1;
      const { code: reason = '', message } = error as NodeJS.ErrnoException;
      this.stderr.write(
        Buffer.from(JSON.stringify({ error_kind: errorKinds[reason] ?? 'Other', message, detail: reason })),
      );
    }
    this.exit = { code };
    this.stdout.end();
    this.stderr.end();
    return this.exit;
  }

  async #writeFile(path: string, contentEnd: Promise<void>): Promise<void> {
    await contentEnd;
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'w');
    try {
      for (const piece of this.#content) await writeFile(file, piece);
    } finally {
      await file.close();
    }
  }

  #print(value: unknown): void {
    this.stdout.write(Buffer.from(JSON.stringify(value)));
  }
}

async function remove(path: string, recursive: boolean): Promise<void> {
  if (recursive) await rm(path, { recursive: true });
  else if ((await stat(path)).isDirectory()) await rmdir(path);
  else await rm(path);
}

async function list(path: string, inside: string): Promise<unknown[]> {
  const names = (await readdir(path)).sort();
  return Promise.all(names.map((name) => describe(join(path, name), join(inside, name))));
}

async function describe(path: string, inside: string): Promise<unknown> {
  const found = await stat(path);
  return {
    name: basename(inside),
    path: inside,
    type: found.isDirectory() ? 'directory' : 'file',
    size: found.size,
    mode: found.mode,
    permissions: (found.mode & 0o777).toString(8),
    owner: 'root',
    group: 'root',
    modified_time: Math.floor(found.mtimeMs / 1000),
  };
}
