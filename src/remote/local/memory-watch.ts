import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

const EVERY_MS = 150;
const MIB = 1024 * 1024;

/** Calls when a process uses more memory than it may; V8 itself limits only a part of it. */
export class MemoryWatch {
  readonly #timer: NodeJS.Timeout;

  /** @param limit In MiB. */
  constructor(pid: number, limit: number, onExceeded: () => void) {
    const check = (bytes: number | undefined): void => {
      if (bytes === undefined || bytes <= limit * MIB) return;
      this.stop();
      onExceeded();
    };
    this.#timer = setInterval(() => {
      if (process.platform === 'linux') check(readStatus(pid));
      else if (process.platform !== 'win32') askSystem(pid, check);
    }, EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Bytes in memory; `undefined` when the process is gone. */
function readStatus(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

function askSystem(pid: number, answer: (bytes: number | undefined) => void): void {
  execFile('ps', ['-o', 'rss=', '-p', String(pid)], (error, stdout) => {
    answer(error ? undefined : Number(stdout.trim()) * 1024);
  });
}
