import { InputError, TimeoutError } from '../errors.ts';
import { unpackAsync } from '../pack/index.ts';
import { keepAlive } from './containers/index.ts';
import type { Provider, RemoteCall } from './provider.ts';
import { defaultProvider } from './providers.ts';

/** The longest that a timer can wait, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1;

/** A call that was started and is waited for later, perhaps by another process. */
export class FunctionCall<T> {
  readonly #call: RemoteCall;
  readonly #name: string;

  constructor(call: RemoteCall, name: string) {
    this.#call = call;
    this.#name = name;
  }

  /** Finds a call again by its id, where the provider keeps it. @throws RemoteError `REMOTE_CANCELLED` when it is gone. */
  static async fromId<T = unknown>(id: string, provider?: Provider): Promise<FunctionCall<T>> {
    return new FunctionCall(await (await defaultProvider(provider)).attach(id), id);
  }

  get id(): string {
    return this.#call.id;
  }

  /** Goes on when this process ends; another one finds it by its id. */
  get outlivesProcess(): boolean {
    return this.#call.outlivesProcess ?? false;
  }

  /**
   * What the function gave.
   *
   * @param options.timeout Seconds to wait; 0 asks whether it is there already. The call goes on in any case.
   * @throws TimeoutError when it is not there in time; InputError for a timeout that is none; otherwise what the call failed with.
   */
  async get({ timeout = Number.POSITIVE_INFINITY }: { readonly timeout?: number } = {}): Promise<T> {
    if (!(typeof timeout === 'number' && timeout >= 0)) {
      throw new InputError(
        'INPUT_INVALID',
        `${this.#name}: timeout is ${String(timeout)}; expected a number of seconds from 0.`,
        { path: 'timeout' },
      );
    }
    const isLimited = timeout * 1000 <= LONGEST_MS;
    const packed = await keepAlive(isLimited ? this.#within(timeout) : this.#call.result);
    return (await unpackAsync(packed)) as T;
  }

  /** Ends the call; whoever waits gets `REMOTE_CANCELLED`. */
  cancel(): Promise<void> {
    return this.#call.cancel();
  }

  async #within(seconds: number): Promise<Uint8Array> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const message = `${this.#name}: call ${this.id} has no result after ${seconds} s.`;
        reject(
          new TimeoutError('TIMEOUT', message, {
            path: this.#name,
            hint: 'It goes on; ask again later, or cancel it.',
          }),
        );
      }, seconds * 1000);
    });
    try {
      return await Promise.race([this.#call.result, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
