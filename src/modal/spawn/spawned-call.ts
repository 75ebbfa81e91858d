import { RemoteError } from '../../errors.ts';
import type { RemoteCall } from '../../remote/index.ts';
import { callId, type SpawnedCallId } from './outcome.ts';
import { OutcomeReader, type OutcomeSeen, type OutcomeTakers } from './read-outcome.ts';

/** What a spawned call needs to be followed and ended. */
export interface SpawnedCallPlace {
  /** Everything that it gave and gives in its container, and what it left. */
  follow(): AsyncIterable<Uint8Array>;
  /**
   * Resolves when it goes on in another container, after it was gone from its own without a value or error; gives the
   * attempts that were made before.
   *
   * @throws RemoteError `REMOTE_CRASHED` when it does not, `REMOTE_CANCELLED` when it was ended or never was.
   */
  goOn(seen: OutcomeSeen): Promise<number>;
  terminate(): Promise<void>;
}

/** A call that runs on Modal whether or not anyone waits for it. It is followed from when its result is asked for. */
export class SpawnedModalCall implements RemoteCall {
  readonly id: string;
  readonly outlivesProcess = true;
  readonly #place: SpawnedCallPlace;
  readonly #takers: OutcomeTakers;
  readonly #abandoned: Promise<never>;
  #abandon!: (error: RemoteError) => void;
  #result: Promise<Uint8Array> | undefined;

  constructor(id: SpawnedCallId, place: SpawnedCallPlace, takers: OutcomeTakers = {}) {
    this.id = callId(id);
    this.#place = place;
    this.#takers = takers;
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
    for (let reader = new OutcomeReader(this.#takers); ; ) {
      for await (const piece of this.#place.follow()) {
        const final = await reader.read(piece);
        if (!final) continue;
        if ('error' in final) throw final.error;
        return final.value;
      }
      const attempts = await this.#place.goOn(reader);
      reader = new OutcomeReader(this.#takers, { attempts, hasYielded: reader.hasYielded });
    }
  }
}
