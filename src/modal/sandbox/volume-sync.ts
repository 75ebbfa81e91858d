import { stopFile } from '../inside/places.ts';
import type { Sdk } from '../modal.ts';

/** Milliseconds without traffic after which what a container wrote is published. */
const publishAfterMs = 250;
/** Milliseconds without traffic after which a container looks for what others published, before it is used again. */
const refreshAfterMs = 1000;
/** Milliseconds that publishing may hold up the end of a container. */
const finishMs = 30_000;

/**
 * Keeps the volumes of a container in step with those of others: publishes what it wrote when it becomes idle and when it
 * ends, and takes over what was published when it is used again. Nothing is done while calls follow each other.
 */
export class VolumeSync {
  readonly #sandbox: Sdk.Sandbox;
  readonly #paths: readonly string[];
  readonly #mounts: boolean;
  #lastUse = Date.now();
  #publishing: NodeJS.Timeout | undefined;
  #finishing: Promise<void> | undefined;

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
    if (this.#paths.length === 0 || this.#finishing) return;
    if (this.#publishing) this.#publishing.refresh();
    else this.#publishing = setTimeout(() => void this.#publish(), publishAfterMs).unref();
  }

  /** Lets the container end by itself if it may have written anything: that is when Modal is sure to publish it. */
  finish(): Promise<void> {
    this.#finishing ??= this.#finish();
    return this.#finishing;
  }

  async #finish(): Promise<void> {
    clearTimeout(this.#publishing);
    if (this.#paths.length === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, finishMs);
    });
    await Promise.race([this.#end().catch(() => undefined), late]);
    clearTimeout(timer);
  }

  async #end(): Promise<void> {
    // One that is ending already takes no files, but may still be publishing.
    await this.#sandbox.filesystem.writeText('', stopFile).catch(() => undefined);
    await this.#sandbox.wait();
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
