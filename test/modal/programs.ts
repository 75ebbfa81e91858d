import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** A program that runs. */
export interface RunningProgram {
  readonly process: ChildProcess;
  /** Resolves when a line says so; rejects when the program ends first. */
  said(line: RegExp): Promise<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly output: string }>;
}

/** A folder with hypernodes installed, for programs that are run as those of a user. */
export class Programs {
  readonly folder = mkdtempSync(join(tmpdir(), 'hypernodes-modal-'));
  readonly #env: Readonly<Record<string, string>>;
  readonly #running = new Set<ChildProcess>();

  constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(root, join(this.folder, 'node_modules/hypernodes'));
  }

  run(name: string, source: string, ...args: readonly string[]): RunningProgram {
    const file = join(this.folder, `${name}.mjs`);
    writeFileSync(file, source);
    const child = spawn(process.execPath, [file, ...args], {
      cwd: this.folder,
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#running.add(child);
    let output = '';
    const listeners = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        for (const listener of listeners) listener();
      });
    }
    const ended = new Promise<Awaited<RunningProgram['ended']>>((done) => {
      child.on('close', (code, signal) => {
        this.#running.delete(child);
        done({ code, signal, output });
      });
    });
    const said = (line: RegExp): Promise<string> =>
      new Promise((found, fail) => {
        const look = (): void => {
          const match = line.exec(output);
          if (match) found(match[1] ?? match[0]);
        };
        listeners.add(look);
        look();
        void ended.then(() => fail(new Error(`${name} ended without saying ${line}:\n${output}`)));
      });
    return { process: child, said, ended };
  }

  close(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
