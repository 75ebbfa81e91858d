import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { type Container, type ContainerExit, LastLines, LineSplitter } from '../containers/index.ts';
import type { LogLine } from '../provider.ts';
import { killGroup } from './kill-group.ts';
import { killStrays } from './kill-strays.ts';
import { MemoryWatch } from './memory-watch.ts';

/** Descriptors in the container by which the runner speaks with home. */
export const channel = { input: 3, output: 4 } as const;

/** How long after the end of a process its output may still come, in milliseconds: programs that it started can hold it. */
const LAST_OUTPUT_MS = 300;

/** A process of this machine with a runner in it, and the programs that user code starts there. */
export class LocalContainer implements Container {
  readonly id: string;
  readonly pid: number;
  readonly output: AsyncIterable<Uint8Array>;
  readonly exited: Promise<ContainerExit>;
  readonly #process: ChildProcess;
  readonly #input: Writable;
  readonly #lastLines = new LastLines();
  #ranOutOfMemory = false;
  #onRoom: (() => void) | undefined;

  /**
   * @param world Folder that is removed with it.
   * @param memory Limit in MiB.
   */
  constructor(
    id: string,
    child: ChildProcess & { readonly pid: number },
    {
      world,
      memory,
      onLine,
    }: {
      readonly world: string;
      readonly memory: number | undefined;
      readonly onLine: (stream: LogLine['stream'], text: string) => void;
    },
  ) {
    this.id = id;
    this.pid = child.pid;
    this.#process = child;
    this.#input = child.stdio[channel.input] as Writable;
    this.output = child.stdio[channel.output] as Readable;
    // What is written to a container that has ended goes nowhere, and `exited` tells so.
    this.#input.on('error', () => undefined);
    for (const event of ['drain', 'close']) this.#input.on(event, () => this.#onRoom?.());
    const printed = [
      this.#readLines(child.stdout!, (text) => onLine('stdout', text)),
      this.#readLines(child.stderr!, (text) => {
        this.#lastLines.add(text);
        if (/heap out of memory|Allocation failed/.test(text)) this.#ranOutOfMemory = true;
        onLine('stderr', text);
      }),
    ];
    const watch =
      memory === undefined
        ? undefined
        : new MemoryWatch(this.pid, memory, () => {
            this.#ranOutOfMemory = true;
            void this.kill();
          });
    this.exited = this.#end(printed).finally(() => {
      watch?.stop();
      void killStrays(world)
        .then(() => rm(world, { recursive: true, force: true, maxRetries: 3 }))
        .catch(() => undefined);
    });
    this.#unref();
  }

  async write(bytes: readonly Uint8Array[]): Promise<void> {
    const input = this.#input;
    input.cork();
    let hasRoom = true;
    for (const piece of bytes) hasRoom = input.write(piece);
    input.uncork();
    if (hasRoom || input.destroyed) return;
    await new Promise<void>((resolve) => {
      this.#onRoom = resolve;
    });
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      try {
        // Programs that it started are of its group.
        process.kill(-this.pid, 'SIGKILL');
      } catch {
        this.#process.kill('SIGKILL');
      }
    }
    await this.exited;
  }

  async #end(printed: readonly Promise<unknown>[]): Promise<ContainerExit> {
    const [code, signal] = (await once(this.#process, 'exit')) as [number | null, string | null];
    killGroup(this.pid);
    await Promise.race([Promise.all(printed), new Promise((resolve) => setTimeout(resolve, LAST_OUTPUT_MS).unref())]);
    return {
      code: code ?? undefined,
      signal: signal ?? undefined,
      cause: this.#ranOutOfMemory ? 'out-of-memory' : signal === 'SIGKILL' ? 'killed' : 'exited',
      lastLines: this.#lastLines.lines,
    };
  }

  #readLines(stream: Readable, onLine: (text: string) => void): Promise<unknown> {
    const splitter = new LineSplitter(onLine);
    stream.on('data', (chunk: Uint8Array) => splitter.push(chunk));
    stream.on('error', () => undefined);
    return once(stream, 'close').then(() => splitter.end());
  }

  /** A container doesn't keep this process running; calls that wait for it do. */
  #unref(): void {
    this.#process.unref();
    for (const stream of this.#process.stdio) (stream as { unref?(): void } | null)?.unref?.();
  }
}
