import type { Job } from '../../run/index.ts';

/** A job that waits for a thread, or has one. */
export class QueuedJob {
  readonly job: Job;
  readonly response: Promise<Uint8Array>;
  /** Whether it must have a thread for itself, because it may have ended one. */
  solo = false;
  /** Called when the caller gives up, after it was told; whoever has the job sets it. */
  cancelled: (() => void) | undefined;
  #resolve!: (response: Uint8Array) => void;
  #reject!: (error: unknown) => void;

  constructor(job: Job) {
    this.job = job;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    job.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  resolve(response: Uint8Array): void {
    this.job.signal.removeEventListener('abort', this.#onAbort);
    this.#resolve(response);
  }

  reject(error: unknown): void {
    this.job.signal.removeEventListener('abort', this.#onAbort);
    this.#reject(error);
  }

  readonly #onAbort = (): void => {
    this.reject(this.job.signal.reason);
    this.cancelled?.();
  };
}
