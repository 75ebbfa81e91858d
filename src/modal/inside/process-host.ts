import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Container, ContainerExit, ContainerHost, ContainerSpec, PreparedContainer } from '../../remote/index.ts';

/** Containers that are processes beside this one: this one runs in the container that they belong in. */
export class ProcessHost implements ContainerHost {
  readonly name = 'modal';
  readonly #runner: readonly string[];

  /** @param runner Command of the runner. */
  constructor(runner: readonly string[]) {
    this.#runner = runner;
  }

  async prepare(spec: ContainerSpec): Promise<PreparedContainer> {
    return { spec };
  }

  async start(): Promise<Container> {
    const [program = '', ...args] = this.#runner;
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'], detached: true });
    const channel = child.stdio[3] as Duplex;
    channel.on('error', () => undefined);
    let killed = false;
    const exited = new Promise<ContainerExit>((resolve) => {
      child.once('error', () => resolve({ code: 127, signal: undefined, cause: 'exited', lastLines: [] }));
      child.once('close', (code, signal) => {
        const cause = killed ? 'killed' : signal === 'SIGKILL' ? 'out-of-memory' : 'exited';
        resolve({ code: code ?? undefined, signal: signal ?? undefined, cause, lastLines: [] });
      });
    });
    return {
      id: randomUUID(),
      exited,
      output: channel,
      async write(bytes) {
        let hasRoom = true;
        for (const piece of bytes) hasRoom = channel.write(piece);
        if (!hasRoom) await Promise.race([new Promise((resolve) => channel.once('drain', resolve)), exited]);
      },
      async kill() {
        killed = true;
        // With everything that it started.
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
        await exited;
      },
    };
  }

  async close(): Promise<void> {}
}
