import { spawn } from 'node:child_process';
import type { ModalSettings } from '../modal-options.ts';
import { type Leftover, type LeftoversOfClient, leftoverVariable, reaperPath } from '../reaper/leftovers.ts';

/** Milliseconds for which ending sandboxes may hold up the end of this process. */
const patienceMs = 5000;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A sandbox that runs or is being started. */
export interface LiveSandbox {
  /** Whose it is. */
  readonly settings: ModalSettings;
  /** How another process finds it. */
  readonly leftover: Leftover;
  readonly end: () => Promise<void>;
}

/**
 * The sandboxes of this process, which end with it: when it is interrupted, and when it has nothing more to do. When it
 * crashes or exits, which leaves no time, another process ends them. One that is killed leaves them to their own orphan
 * timeout.
 */
class LiveSandboxes {
  readonly #live = new Map<string, LiveSandbox>();
  #isInterrupted = false;

  /** The process ends as soon as they have ended; until then nobody is to see calls fail because of that. */
  get isInterrupted(): boolean {
    return this.#isInterrupted;
  }

  add(id: string, sandbox: LiveSandbox): void {
    if (this.#live.size === 0) this.#watch();
    this.#live.set(id, sandbox);
  }

  delete(id: string): void {
    this.#live.delete(id);
    if (this.#live.size === 0) this.#unwatch();
  }

  /** Ends those of one owner. */
  async endOf(settings: ModalSettings): Promise<void> {
    const own = [...this.#live.values()].filter((sandbox) => sandbox.settings === settings);
    await Promise.allSettled(own.map(({ end }) => end()));
  }

  async #endAll(): Promise<void> {
    const ended = Promise.allSettled([...this.#live.values()].map(({ end }) => end()));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([ended, late]);
    clearTimeout(timer);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    // Somebody else who listens decides when the process ends.
    const alone = process.listenerCount(signal) === 1;
    this.#isInterrupted ||= alone;
    void this.#endAll().then(() => {
      this.#unwatch();
      if (alone) process.kill(process.pid, signal);
    });
  };

  readonly #onEmpty = (): void => {
    void this.#endAll();
  };

  /** There is no time to ask Modal for anything any more: another process does it. */
  readonly #onExit = (): void => {
    const byOwner = new Map<ModalSettings, Leftover[]>();
    for (const { settings, leftover } of this.#live.values()) {
      byOwner.set(settings, [...(byOwner.get(settings) ?? []), leftover]);
    }
    const left = [...byOwner].map(([settings, leftovers]): LeftoversOfClient => ({ settings, leftovers }));
    spawn(process.execPath, [reaperPath()], {
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
      // What was given to this Node, such as a debugger or a loader, is of no use there.
      env: { ...process.env, NODE_OPTIONS: '', [leftoverVariable]: JSON.stringify(left) },
    }).unref();
  };

  #watch(): void {
    for (const signal of signals) process.on(signal, this.#onSignal);
    process.once('beforeExit', this.#onEmpty);
    process.once('exit', this.#onExit);
  }

  #unwatch(): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
    process.off('beforeExit', this.#onEmpty);
    process.off('exit', this.#onExit);
  }
}

export const liveSandboxes = new LiveSandboxes();
