import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileTool, fileToolPath } from './file-tool.ts';
import type { FakeImage } from './images.ts';
import { Program, type Running } from './program.ts';
import type { Mount } from './volumes.ts';
import type { World } from './world.ts';

/** Numbers of the protocol's `GenericResult.GenericStatus`. */
export const resultStatus = {
  success: 1,
  failure: 2,
  terminated: 3,
  timeout: 4,
  internalFailure: 6,
  idleTimeout: 7,
} as const;

/** When what a container writes to volumes is published. */
export interface Commits {
  readonly whenSynced: boolean;
  readonly whenTerminated: boolean;
  /** Milliseconds for which a container that ends does nothing any more, until it has published and its end is told. */
  readonly endMs: number;
}

export interface SandboxResult {
  readonly status: number;
  readonly exitcode: number;
  readonly exception: string;
}

/** What a sandbox is started with, as the client asked for it. */
export interface SandboxPlan {
  readonly appId: string;
  readonly name: string;
  readonly version: 1 | 2;
  readonly command: readonly string[];
  readonly image: FakeImage;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir: string;
  readonly timeoutSecs: number;
  readonly idleTimeoutSecs: number | undefined;
  readonly resources: SandboxResources;
  readonly regions: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface SandboxResources {
  readonly milliCpu: number;
  readonly memoryMb: number;
  readonly memoryMbMax: number;
  readonly gpu: { readonly type: string; readonly count: number } | undefined;
}

/** Ids of both kinds of sandbox: the client tells them apart by their form. */
function sandboxId(version: 1 | 2): string {
  const letters = randomBytes(11).toString('hex');
  return version === 1 ? `sb-${letters}` : `sb-${letters.slice(0, 8)}-${letters.slice(8)}`;
}

/** A container of the fake: its main program, what was executed in it, and how it ended. */
export class FakeSandbox {
  readonly id: string;
  readonly taskId = `ta-${randomBytes(11).toString('hex')}`;
  readonly plan: SandboxPlan;
  readonly createdAt = Date.now() / 1000;
  readonly world: World;
  readonly mounts: readonly Mount[];
  readonly execs = new Map<string, Running>();
  tags: Readonly<Record<string, string>>;
  result: SandboxResult | undefined;
  /** The result once its volumes are committed, which is when the platform tells of it. */
  told: SandboxResult | undefined;
  /** Settles when the sandbox has ended and its volumes are committed. */
  readonly ended: Promise<SandboxResult>;
  /** Settles when it was given a machine, which is when it has a task. */
  readonly scheduled: Promise<void>;
  started = false;
  main: Program | undefined;
  readonly #commits: Commits;
  #finish!: (result: SandboxResult) => void;
  #timers: NodeJS.Timeout[] = [];
  #idle: NodeJS.Timeout | undefined;

  constructor(plan: SandboxPlan, world: World, mounts: readonly Mount[], commits: Commits, delayMs: number) {
    this.plan = plan;
    this.#commits = commits;
    this.id = sandboxId(plan.version);
    this.world = world;
    this.mounts = mounts;
    this.tags = plan.tags;
    this.ended = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.scheduled = Promise.race([this.#start(delayMs), this.ended.then(() => undefined)]);
  }

  /** Runs a command beside the main program. */
  exec(
    execId: string,
    command: readonly string[],
    options: { env: Record<string, string>; workdir?: string | undefined },
  ): void {
    if (this.execs.has(execId) || this.result) return;
    const running =
      command[0] === fileToolPath
        ? new FileTool(this.world, command[1] ?? '{}')
        : new Program(
            this.world.spawn(command, {
              env: { ...this.plan.image.env, ...this.plan.env, ...options.env },
              workdir: options.workdir || this.plan.workdir,
            }),
          );
    this.execs.set(execId, running);
    void running.exited.then(() => this.#armIdle());
    if (command[0] === 'sync' && this.#commits.whenSynced) void running.exited.then(() => this.commit());
    this.#armIdle();
  }

  async commit(): Promise<void> {
    for (const mount of this.mounts) await mount.commit();
  }

  async reload(): Promise<void> {
    for (const mount of this.mounts) await mount.reload();
  }

  /** Ends it as the platform does on a request to terminate. */
  terminate(): void {
    void this.#end({ status: resultStatus.terminated, exitcode: 137, exception: 'terminated' });
  }

  /** Takes the machine away. */
  preempt(): void {
    void this.#end({ status: resultStatus.internalFailure, exitcode: 137, exception: 'worker was preempted' });
  }

  /** Ends it as the platform does when nothing runs in it for long. */
  endIdle(): void {
    void this.#end({ status: resultStatus.idleTimeout, exitcode: 124, exception: 'sandbox was idle' });
  }

  /** Kills what was executed, as the kernel does when memory is used up; the main program stays. */
  killForMemory(): void {
    for (const running of this.execs.values()) running.kill('SIGKILL');
  }

  async #start(delayMs: number): Promise<void> {
    if (delayMs > 0) await new Promise((resolve) => this.#timers.push(setTimeout(resolve, delayMs)));
    if (this.result) return;
    for (const mount of this.mounts) await mount.attach();
    if (this.result) return;
    const { command, image, env, workdir, timeoutSecs } = this.plan;
    const main = new Program(
      this.world.spawn(command.length > 0 ? command : ['sleep', '172800'], { env: { ...image.env, ...env }, workdir }),
    );
    this.main = main;
    this.started = true;
    void main.exited.then(({ code, signal }) =>
      this.#end({
        status: code === 0 ? resultStatus.success : resultStatus.failure,
        exitcode: code ?? 128 + (signal ?? 0),
        exception: '',
      }),
    );
    const over = { status: resultStatus.timeout, exitcode: 124, exception: 'sandbox timed out' };
    this.#timers.push(setTimeout(() => void this.#end(over), timeoutSecs * 1000));
    this.#armIdle();
  }

  #armIdle(): void {
    clearTimeout(this.#idle);
    const { idleTimeoutSecs } = this.plan;
    const busy = [...this.execs.values()].some((running) => !running.exit);
    if (!idleTimeoutSecs || busy || this.result) return;
    this.#idle = setTimeout(() => this.endIdle(), idleTimeoutSecs * 1000);
  }

  async #end(result: SandboxResult): Promise<void> {
    if (this.result) return;
    this.result = result;
    for (const timer of this.#timers) clearTimeout(timer);
    clearTimeout(this.#idle);
    const programs = [...this.execs.values(), ...(this.main ? [this.main] : [])];
    for (const program of programs) program.kill('SIGKILL');
    await Promise.all(programs.map((program) => program.exited));
    const byItself = result.status === resultStatus.success || result.status === resultStatus.failure;
    if (this.started && this.#commits.endMs > 0) await sleep(this.#commits.endMs);
    if (this.started && (byItself || this.#commits.whenTerminated)) await this.commit();
    this.told = result;
    this.#finish(result);
  }

  /** Takes its files off this machine, once it has ended. */
  async remove(): Promise<void> {
    await this.ended;
    await rm(this.world.root, { recursive: true, force: true, maxRetries: 3 });
  }
}
