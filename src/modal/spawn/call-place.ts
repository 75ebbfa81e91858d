import { setTimeout as sleep } from 'node:timers/promises';
import { RemoteError } from '../../errors.ts';
import type { ModalConnection } from '../connection.ts';
import { followPath } from '../image/runtime-files.ts';
import type { Sdk } from '../modal.ts';
import { modalError } from '../modal-errors.ts';
import { containerSockets } from '../sandbox/container-sockets.ts';
import { endOf } from '../sandbox/end-of.ts';
import { terminateForGood, wasUnwanted } from '../tags.ts';
import { callId, type SpawnedCallId } from './outcome.ts';
import type { OutcomeSeen } from './read-outcome.ts';
import type { SpawnedCallPlace } from './spawned-call.ts';

/** Milliseconds until a call is looked for again whose stream broke off. */
const againAfterMs = 500;

/** How calls are reached. */
export interface CallAccess {
  readonly connection: ModalConnection;
  /** Reads a file of the results volume. */
  readonly readResult: (key: string) => Promise<Uint8Array>;
}

/** What the program knows that made a call: how it is begun anew when its container is taken away. */
export interface CallOrigin {
  /** Its first container. */
  readonly sandbox: Sdk.Sandbox;
  /** Milliseconds until then, after so many attempts; `undefined` when it was begun as often as it may. */
  retryDelayMs(attempts: number): number | undefined;
  onRetry(retry: { readonly attempt: number; readonly error: unknown; readonly delayMs: number }): void;
  /** Starts its next container. */
  start(attempts: number, signal: AbortSignal): Promise<Sdk.Sandbox>;
}

/** Where a spawned call is: in a container, in another one after that, in the end as a result in a volume. */
export class CallPlace implements SpawnedCallPlace {
  readonly #id: SpawnedCallId;
  readonly #access: CallAccess;
  readonly #origin: CallOrigin | undefined;
  readonly #cancelled = new AbortController();
  #sandbox: Sdk.Sandbox | undefined;

  constructor(id: SpawnedCallId, access: CallAccess, origin?: CallOrigin) {
    this.#id = id;
    this.#access = access;
    this.#origin = origin;
    this.#sandbox = origin?.sandbox;
  }

  /** Whether there is such a call, running or ended. */
  async isThere(): Promise<boolean> {
    this.#sandbox ??= (await this.#find()) ?? (await this.#findEnded());
    return this.#sandbox !== undefined || (await this.#result()) !== undefined;
  }

  async *follow(): AsyncGenerator<Uint8Array> {
    let passed = 0;
    while (this.#sandbox) {
      try {
        for await (const piece of live(this.#sandbox, passed)) {
          passed += piece.length;
          yield piece;
        }
      } catch {
        // The sandbox has ended, or the connection to it.
      }
      if ((await endOf(this.#sandbox)) !== undefined || !(await this.#find())) break;
      await sleep(againAfterMs);
    }
    const result = await this.#result();
    if (result) yield result.subarray(passed);
  }

  async goOn({ attempts, hasYielded }: OutcomeSeen): Promise<number> {
    const running = await this.#find();
    if (running && running.sandboxId !== this.#sandbox?.sandboxId) {
      this.#sandbox = running;
      return attempts;
    }
    if (!this.#sandbox) throw unknownCall(callId(this.#id));
    if (await wasUnwanted(this.#sandbox)) {
      throw new RemoteError(
        'REMOTE_CANCELLED',
        `The call ${callId(this.#id)} was cancelled, or its container stopped.`,
      );
    }
    const error = takenAway(callId(this.#id));
    if (hasYielded) throw error;
    return this.#beginAnew(attempts, error);
  }

  async #beginAnew(attempts: number, error: unknown): Promise<number> {
    const delayMs = this.#origin?.retryDelayMs(attempts);
    if (!this.#origin || delayMs === undefined) throw error;
    this.#origin.onRetry({ attempt: attempts + 1, error, delayMs });
    const { signal } = this.#cancelled;
    await sleep(delayMs, undefined, { signal });
    try {
      this.#sandbox = await this.#origin.start(attempts, signal);
      return attempts;
    } catch (failure) {
      if (signal.aborted) throw failure;
      return this.#beginAnew(attempts + 1, failure);
    }
  }

  async terminate(): Promise<void> {
    this.#cancelled.abort();
    const running = this.#sandbox ?? (await this.#find());
    if (running) await terminateForGood(running);
  }

  /** The container in which it runs. */
  async #find(): Promise<Sdk.Sandbox | undefined> {
    const { app, key } = this.#id;
    const modal = await this.#access.connection.client();
    try {
      return await modal.sandboxes.fromName(app, key);
    } catch (error) {
      if (/not found/i.test((error as Error).message)) return undefined;
      throw modalError(error, 'connecting');
    }
  }

  /** The container in which it ran, which may not have published the result yet; of some kinds of containers it cannot be asked. */
  async #findEnded(): Promise<Sdk.Sandbox | undefined> {
    const { app, key } = this.#id;
    const modal = await this.#access.connection.client();
    return modal.sandboxes.fromName(app, key, { includeTerminated: true }).catch(() => undefined);
  }

  /** What it left. */
  async #result(): Promise<Uint8Array | undefined> {
    try {
      return await this.#access.readResult(this.#id.key);
    } catch (error) {
      if (/not.?found|no such file/i.test((error as Error).message)) return undefined;
      throw modalError(error, 'connecting');
    }
  }
}

async function* live(sandbox: Sdk.Sandbox, from: number): AsyncGenerator<Uint8Array> {
  const command = ['node', followPath, String(from)];
  const follow = await containerSockets.during(() => sandbox.exec(command, { mode: 'binary', stderr: 'ignore' }));
  yield* follow.stdout;
}

export function unknownCall(id: string): RemoteError {
  return new RemoteError(
    'REMOTE_CANCELLED',
    `There is no call '${id}' on Modal: neither does it run nor did it leave a result.`,
    { hint: 'It was cancelled, or its container was stopped or taken away before it ended. Spawn it again.' },
  );
}

function takenAway(id: string): RemoteError {
  return new RemoteError(
    'REMOTE_CRASHED',
    `The call ${id} ended without a result: its container was stopped or taken away by the provider.`,
    { hint: "Set 'retries', so that the program that spawned such calls repeats them, or spawn it again." },
  );
}
