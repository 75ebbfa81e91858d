import type { JobMessage, WorkMessage } from './messages.ts';
import { packing } from './packing.ts';

/** Takes the messages of a run or a chunk of items, one after another. */
export class Inbox {
  readonly #take: (message: WorkMessage) => void;
  #reading: Promise<void> = Promise.resolve();

  constructor(take: (message: WorkMessage) => void) {
    this.#take = take;
  }

  /** Resolves when everything that has come was taken. */
  get read(): Promise<void> {
    return this.#reading;
  }

  readonly receive = (bytes: Uint8Array): void => {
    this.#reading = this.#reading.then(() => this.#read(bytes));
  };

  async #read(bytes: Uint8Array): Promise<void> {
    let message: JobMessage;
    try {
      message = (await packing().unpackAsync(bytes)) as JobMessage;
    } catch (error) {
      process.emitWarning(`What happens elsewhere cannot be told of here: ${String(error)}`, {
        code: 'HYPERNODES_MESSAGE_UNREADABLE',
      });
      return;
    }
    if ('work' in message) this.#take(message);
  }
}
