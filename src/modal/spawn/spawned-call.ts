import { RemoteError } from '../../errors.ts';
import type { RemoteCall } from '../../remote/index.ts';
import { callId, type SpawnedCallId } from './outcome.ts';
import { isFinal, type OutcomeReader } from './read-outcome.ts';

/** What a spawned call needs to be followed and ended. */
export interface SpawnedCallPlace {
  /** Everything that it gave and gives; ends with its value or error. @throws RemoteError `REMOTE_CANCELLED` when it is gone. */
  follow(): AsyncIterable<Uint8Array>;
  terminate(): Promise<void>;
}

/** A call that runs on Modal whether or not anyone waits for it. It is followed from when its result is asked for. */
export class SpawnedModalCall implements RemoteCall {
  readonly id: string;
  readonly outlivesProcess = true;
  readonly #place: SpawnedCallPlace;
  readonly #read: OutcomeReader;
  readonly #abandoned: Promise<never>;
  #abandon!: (error: RemoteError) => void;
  #result: Promise<Uint8Array> | undefined;

  constructor(id: SpawnedCallId, place: SpawnedCallPlace, read: OutcomeReader) {
    this.id = callId(id);
    this.#place = place;
    this.#read = read;
    this.#abandoned = new Promise((_, reject) => {
      this.#abandon = reject;
    });
    this.#abandoned.catch(() => undefined);
  }

  get result(): Promise<Uint8Array> {
    if (!this.#result) {
      this.#result = Promise.race([this.#follow(), this.#abandoned]);
      this.#result.catch(() => undefined);
    }
    return this.#result;
  }

  async cancel(): Promise<void> {
    this.#abandon(new RemoteError('REMOTE_CANCELLED', `The call ${this.id} was cancelled.`));
    await this.#place.terminate();
  }

  async #follow(): Promise<Uint8Array> {
    for await (const piece of this.#place.follow()) {
      const final = await this.#read(piece);
      if (!isFinal(final)) continue;
      if ('error' in final) throw final.error;
      return final.value;
    }
    throw new RemoteError(
      'REMOTE_CANCELLED',
      `The call ${this.id} ended without a result: its container was stopped or taken away.`,
      {
        hint: 'Spawn it again; `retries` of its function repeat it when it fails by itself.',
      },
    );
  }
}
