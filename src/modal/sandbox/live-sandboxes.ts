/** Seconds that ending sandboxes may hold up the end of this process. */
const patienceMs = 5000;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The sandboxes of this process, which end with it: when it is interrupted, and when it has nothing more to do.
 * A process that is killed or crashes leaves them to their own orphan timeout.
 */
class LiveSandboxes {
  readonly #ends = new Map<string, () => Promise<void>>();

  add(id: string, end: () => Promise<void>): void {
    if (this.#ends.size === 0) this.#watch();
    this.#ends.set(id, end);
  }

  delete(id: string): void {
    this.#ends.delete(id);
    if (this.#ends.size === 0) this.#unwatch();
  }

  async #endAll(): Promise<void> {
    const ended = Promise.allSettled([...this.#ends.values()].map((end) => end()));
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
    void this.#endAll().then(() => {
      this.#unwatch();
      if (alone) process.kill(process.pid, signal);
    });
  };

  readonly #onEmpty = (): void => {
    void this.#endAll();
  };

  #watch(): void {
    for (const signal of signals) process.on(signal, this.#onSignal);
    process.once('beforeExit', this.#onEmpty);
  }

  #unwatch(): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
    process.off('beforeExit', this.#onEmpty);
  }
}

export const liveSandboxes = new LiveSandboxes();
