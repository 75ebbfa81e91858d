import { setTimeout as sleep } from 'node:timers/promises';
import type { Container, ContainerExit, LogLine } from '../../remote/index.ts';
import { EnvelopeKind, EnvelopeReader, type RunnerExit } from '../envelope.ts';
import { contentFolder } from '../inside/places.ts';
import type { Sdk } from '../modal.ts';
import type { ModalSettings } from '../modal-options.ts';
import { ByteQueue } from './byte-queue.ts';
import { endOf } from './end-of.ts';
import { liveSandboxes } from './live-sandboxes.ts';
import { StdinWriter } from './stdin-writer.ts';
import type { VolumeSync } from './volume-sync.ts';

/** What a container needs besides its sandbox. */
export interface SandboxContainerOptions {
  readonly settings: ModalSettings;
  readonly volumes: VolumeSync;
  /** Takes what user code prints. */
  readonly onLine: (stream: LogLine['stream'], text: string) => void;
}

/** Lines of output that are remembered for messages. */
const remembered = 20;
/** Milliseconds after which a sandbox is believed to go on without the bridge: it may only have been the first to be killed. */
const lookAgainMs = 1000;

/** The runner in a sandbox of Modal, reached over the standard streams of the bridge. */
export class SandboxContainer implements Container {
  readonly id: string;
  readonly exited: Promise<ContainerExit>;
  /** Resolves when the runner is started. */
  readonly ready: Promise<void>;
  readonly output = new ByteQueue();
  readonly #sandbox: Sdk.Sandbox;
  readonly #bridge: Sdk.ContainerProcess<Uint8Array>;
  readonly #volumes: VolumeSync;
  readonly #writer: StdinWriter;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #lastLines: string[] = [];
  #exit!: (exit: ContainerExit) => void;
  #markReady!: () => void;
  #killing: Promise<void> | undefined;
  readonly #lines: Promise<void>;

  constructor(
    sandbox: Sdk.Sandbox,
    bridge: Sdk.ContainerProcess<Uint8Array>,
    { settings, volumes, onLine }: SandboxContainerOptions,
  ) {
    this.id = sandbox.sandboxId;
    this.#sandbox = sandbox;
    this.#bridge = bridge;
    this.#volumes = volumes;
    const stdin = bridge.stdin.getWriter();
    this.#writer = new StdinWriter({
      write: (bytes) => stdin.write(bytes),
      putContent: (name, content) => sandbox.filesystem.writeBytes(content, `${contentFolder}/${name}`),
    });
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
    this.ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    this.#lines = this.#readLines(onLine);
    void this.#read();
    const patienceMs = settings.orphanTimeout * 1000;
    this.#heartbeat = setInterval(() => void this.#ping(patienceMs), patienceMs / 4).unref();
    liveSandboxes.add(this.id, { settings, leftover: { sandboxId: this.id }, end: this.kill });
    void this.exited.then(() => this.#release());
  }

  /** The last lines that were printed. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  async write(bytes: readonly Uint8Array[]): Promise<void> {
    const refresh = this.#volumes.beforeUse();
    if (refresh) await refresh;
    await this.#writer.write(bytes);
  }

  /** Bound, so that it can be passed on. */
  readonly kill = (): Promise<void> => {
    this.#killing ??= this.#kill();
    return this.#killing;
  };

  async #kill(): Promise<void> {
    await this.#terminate();
    this.output.end();
    await this.#end({ code: undefined, signal: 'SIGKILL', cause: 'killed' });
  }

  async #ping(patienceMs: number): Promise<void> {
    // A connection that is gone shows in the stream that is read.
    await this.#writer.ping(patienceMs).catch(() => undefined);
  }

  async #read(): Promise<void> {
    const reader = new EnvelopeReader();
    let exit: RunnerExit | undefined;
    let brokeOff = false;
    try {
      for await (const chunk of this.#bridge.stdout) {
        this.#volumes.used();
        for (const { kind, content } of reader.read(chunk)) {
          if (kind === EnvelopeKind.data) await this.output.put(content);
          else if (kind === EnvelopeKind.ready) this.#markReady();
          else if (kind === EnvelopeKind.exit) exit = JSON.parse(Buffer.from(content).toString('utf8')) as RunnerExit;
        }
      }
    } catch {
      // Perhaps because the sandbox ended, which is asked below.
      brokeOff = true;
    }
    this.output.end();
    if (exit) await this.#end({ code: exit.code ?? undefined, signal: exit.signal ?? undefined, cause: exit.cause });
    else await this.#end(await this.#howItEnded(brokeOff));
  }

  /** The bridge went away without a word: with the whole sandbox, alone, or it cannot be reached. */
  async #howItEnded(brokeOff: boolean): Promise<Omit<ContainerExit, 'lastLines'>> {
    if (this.#killing) return { code: undefined, signal: 'SIGKILL', cause: 'killed' };
    let code = await endOf(this.#sandbox);
    if (code === undefined && !brokeOff) {
      await sleep(lookAgainMs);
      code = await endOf(this.#sandbox);
    }
    // By itself, in good order, it ends when no sign of life came through.
    if (code !== undefined) return { code, signal: undefined, cause: code === 0 ? 'lost' : 'preempted' };
    if (brokeOff) return { code: undefined, signal: undefined, cause: 'lost' };
    // Only the kernel, out of memory, ends the bridge and leaves the sandbox.
    return { code: 137, signal: 'SIGKILL', cause: 'out-of-memory' };
  }

  async #readLines(onLine: SandboxContainerOptions['onLine']): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    const print = (line: string): void => {
      const text = line.slice(1);
      this.#lastLines.push(text);
      if (this.#lastLines.length > remembered) this.#lastLines.shift();
      onLine(line.startsWith('o') ? 'stdout' : 'stderr', text);
    };
    try {
      for await (const chunk of this.#bridge.stderr) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) print(line);
      }
    } catch {
      // As above.
    }
    if (rest !== '') print(rest);
  }

  /** Reports the end when all that was printed before is known, and what was written to volumes is published. */
  async #end(exit: Omit<ContainerExit, 'lastLines'>): Promise<void> {
    await this.#volumes.finish();
    await Promise.race([this.#lines, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
    if (!liveSandboxes.isInterrupted) this.#exit({ ...exit, lastLines: [...this.#lastLines] });
  }

  async #terminate(): Promise<void> {
    await this.#volumes.finish();
    await this.#sandbox.terminate().catch(() => undefined);
  }

  async #release(): Promise<void> {
    clearInterval(this.#heartbeat);
    if (!this.#killing) await this.#terminate();
    liveSandboxes.delete(this.id);
    this.#sandbox.detach();
  }
}
