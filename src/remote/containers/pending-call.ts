import { randomBytes } from 'node:crypto';
import type { CallRequest, RemoteCall } from '../provider.ts';
import { aborted, cancelled } from './call-errors.ts';

/** A call from when it is made until it is settled, over all its attempts. */
export class PendingCall implements RemoteCall {
  readonly id: string;
  readonly request: CallRequest;
  readonly result: Promise<Uint8Array>;
  /** Attempts that began. */
  attempts: number;
  where: 'nowhere' | 'queue' | 'container' = 'nowhere';
  /** Values that a generator gave were passed on, so that it cannot be begun anew. */
  hasYielded = false;
  readonly #cancel: (call: PendingCall, reason: Error) => void;
  readonly #onSettled: (call: PendingCall) => void;
  #resolve!: (bytes: Uint8Array) => void;
  #reject!: (error: unknown) => void;
  #isSettled = false;
  #delivery: Promise<void> | undefined;
  #unlisten: (() => void) | undefined;

  constructor(
    request: CallRequest,
    handlers: {
      readonly cancel: (call: PendingCall, reason: Error) => void;
      readonly settled: (call: PendingCall) => void;
    },
  ) {
    this.id = `call-${randomBytes(9).toString('hex')}`;
    this.request = request;
    this.attempts = request.attempts ?? 0;
    this.#cancel = handlers.cancel;
    this.#onSettled = handlers.settled;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever asks for the result gets the error; whoever doesn't must not end the process.
    this.result.catch(() => undefined);
    this.#listen(request.signal);
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Ends it because its signal was aborted before it could listen. */
  abort(): void {
    this.#cancel(this, aborted(this.request.signal?.reason));
  }

  async cancel(): Promise<void> {
    this.#cancel(this, cancelled());
  }

  succeed(bytes: Uint8Array): void {
    if (this.#delivery) {
      const done = (): void => this.#settle(() => this.#resolve(bytes));
      this.#delivery.then(done, done);
    } else this.#settle(() => this.#resolve(bytes));
  }

  fail(error: unknown): void {
    if (this.#delivery) {
      const done = (): void => this.#settle(() => this.#reject(error));
      this.#delivery.then(done, done);
    } else this.#settle(() => this.#reject(error));
  }

  /** Fails at once, whatever its generator's values wait for. */
  abandon(error: unknown): void {
    this.#settle(() => this.#reject(error));
  }

  message(bytes: Uint8Array): void {
    if (!this.#isSettled) this.request.onMessage?.(bytes);
  }

  /**
   * Passes on a value of a generator.
   *
   * @param taken Called when the receiver has room for more.
   */
  yield(value: Uint8Array, taken: () => void): void {
    const { onYield } = this.request;
    if (this.#isSettled || !onYield) return;
    this.hasYielded = true;
    this.#delivery = (this.#delivery ?? Promise.resolve()).then(async () => {
      if (this.#isSettled) return;
      await onYield(value);
      taken();
    });
    this.#delivery.catch((error: unknown) => this.#cancel(this, error as Error));
  }

  #settle(settle: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#unlisten?.();
    settle();
    this.#onSettled(this);
  }

  #listen(signal: AbortSignal | undefined): void {
    if (!signal) return;
    const abort = (): void => this.#cancel(this, aborted(signal.reason));
    signal.addEventListener('abort', abort, { once: true });
    this.#unlisten = () => signal.removeEventListener('abort', abort);
  }
}
