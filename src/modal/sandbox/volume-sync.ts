import type { Sdk } from '../modal.ts';

/** Milliseconds without traffic after which what a container wrote is published. */
const publishAfterMs = 250;
/** Milliseconds without traffic after which a container looks for what others published, before it is used again. */
const refreshAfterMs = 1000;

/**
 * Keeps the volumes of a container in step with those of others: publishes what it wrote when it becomes idle, and takes
 * over what was published when it is used again. Nothing is done while calls follow each other.
 */
export class VolumeSync {
  readonly #sandbox: Sdk.Sandbox;
  readonly #paths: readonly string[];
  readonly #mounts: boolean;
  #lastUse = Date.now();
  #publishing: NodeJS.Timeout | undefined;
  #closed = false;

  /** Without paths there is nothing to publish; without volumes nothing to do at all. */
  constructor(sandbox: Sdk.Sandbox, mounts: boolean, writablePaths: readonly string[]) {
    this.#sandbox = sandbox;
    this.#mounts = mounts;
    this.#paths = writablePaths;
  }

  /** Resolves when the container sees what others published; `undefined` when it need not look. */
  beforeUse(): Promise<void> | undefined {
    if (!this.#mounts) return undefined;
    const idle = Date.now() - this.#lastUse;
    this.used();
    return idle >= refreshAfterMs ? this.#refresh() : undefined;
  }

  /** Something was sent or received. */
  used(): void {
    if (!this.#mounts) return;
    this.#lastUse = Date.now();
    if (this.#paths.length === 0 || this.#closed) return;
    if (this.#publishing) this.#publishing.refresh();
    else this.#publishing = setTimeout(() => void this.#publish(), publishAfterMs).unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#publishing);
  }

  async #refresh(): Promise<void> {
    // Refused while files of the volume are open: then the container goes on with what it saw before.
    await this.#sandbox.reloadVolumes().catch(() => undefined);
  }

  async #publish(): Promise<void> {
    this.#publishing = undefined;
    try {
      const sync = await this.#sandbox.exec(['sync', ...this.#paths], { stdout: 'ignore', stderr: 'ignore' });
      await sync.wait();
    } catch {
      // Modal publishes volumes by itself every few seconds and when the container ends.
    }
  }
}
