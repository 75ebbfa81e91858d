import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { Tape } from './tape.ts';

export interface ProgramExit {
  readonly code?: number;
  /** Number of the signal. */
  readonly signal?: number;
}

/** What an exec of a sandbox is: a process, or one of the tools that the platform itself provides. */
export interface Running {
  readonly stdout: Tape;
  readonly stderr: Tape;
  readonly exited: Promise<ProgramExit>;
  readonly exit: ProgramExit | undefined;
  /** Bytes of stdin that have arrived. */
  readonly received: number;
  readonly stdinClosed: boolean;
  /** Takes stdin from `offset`; what was sent before is skipped. Resolves when there is room for more. */
  write(offset: number, data: Uint8Array, eof: boolean): Promise<void>;
  kill(signal?: NodeJS.Signals): void;
}

/** A running command with its streams. */
export class Program implements Running {
  readonly stdout = new Tape();
  readonly stderr = new Tape();
  readonly exited: Promise<ProgramExit>;
  exit: ProgramExit | undefined;
  received = 0;
  stdinClosed = false;
  #process: ChildProcess;

  constructor(process: ChildProcess) {
    this.#process = process;
    process.stdout?.on('data', (data: Buffer) => this.stdout.write(data));
    process.stderr?.on('data', (data: Buffer) => this.stderr.write(data));
    // A program that ends without reading its input is no failure of the server.
    process.stdin?.on('error', () => undefined);
    this.exited = new Promise((resolve) => {
      process.on('error', () => resolve(this.#ended({ code: 127 })));
      process.on('close', (code, signal) =>
        resolve(this.#ended(signal ? { signal: constants.signals[signal] } : { code: code ?? 0 })),
      );
    });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  async write(offset: number, data: Uint8Array, eof: boolean): Promise<void> {
    const fresh = data.subarray(Math.max(0, this.received - offset));
    this.received += fresh.length;
    const stdin = this.#process.stdin;
    if (stdin?.writable && fresh.length > 0 && !stdin.write(fresh)) {
      await Promise.race([new Promise((resolve) => stdin.once('drain', resolve)), this.exited]);
    }
    if (eof && !this.stdinClosed) {
      this.stdinClosed = true;
      stdin?.end();
    }
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    if (this.exit || this.pid === undefined) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }

  #ended(exit: ProgramExit): ProgramExit {
    this.exit = exit;
    this.stdout.end();
    this.stderr.end();
    return exit;
  }
}
