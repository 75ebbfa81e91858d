import { OutputError, RemoteError } from '../../errors.ts';
import { type CallMeta, type Frame, FrameKind, type HelloMeta } from '../frames/index.ts';
import { packError } from '../packed-error.ts';
import type { Code } from './code.ts';
import { runAsCall } from './current-call.ts';
import type { FrameOutput } from './frame-output.ts';
import { packResult } from './pack-result.ts';
import { YieldWindow } from './yield-window.ts';

/** What a call needs of the runner. */
export interface CallPlace {
  readonly hello: HelloMeta;
  readonly parts: ReadonlyMap<string, Uint8Array>;
  readonly output: FrameOutput;
}

/** Messages in a tick that doesn't end go home at least this often, in milliseconds. */
const MESSAGES_EVERY_MS = 20;

/** A call that was accepted, or several that are one batch. */
export class RunningCall {
  /** Under which home knows it; one for each call of a batch. */
  readonly numbers: readonly number[];
  readonly #place: CallPlace;
  readonly #meta: Partial<CallMeta>;
  readonly #args: readonly Uint8Array[];
  readonly #controller = new AbortController();
  readonly #window: YieldWindow;
  #startedAt = 0;

  constructor(frame: Frame, meta: Partial<CallMeta>, place: CallPlace) {
    this.#place = place;
    this.#meta = meta;
    this.#args = split(frame.payload, meta.lengths);
    this.numbers = this.#args.map((_, at) => frame.call + at);
    this.#window = new YieldWindow((value) => {
      place.output.queue({ kind: FrameKind.yield, call: this.numbers[0]!, payload: [value] });
    });
  }

  /** Never rejects: what goes wrong is sent home. */
  async perform(load: () => Promise<Code>): Promise<void> {
    try {
      const code = await load();
      this.#startedAt = performance.now();
      const value = await runAsCall(this.#context(), () => code.perform(this.#work()));
      if (code.givesBytes) this.#succeed(this.numbers[0]!, value as Uint8Array);
      else await this.#finish(value);
    } catch (error) {
      this.fail(error);
    }
  }

  abort(reason: unknown): void {
    this.#window.close(reason);
    this.#controller.abort(reason);
  }

  /** The receiver of a generator's values has room for more. */
  allowYields(count: number): void {
    this.#window.allow(count);
  }

  fail(error: unknown): void {
    const payload = [packError(error)];
    for (const call of this.numbers) {
      this.#place.output.queue({ kind: FrameKind.error, call, extra: this.#micros, payload });
    }
  }

  get #micros(): number {
    return this.#startedAt === 0 ? 0 : Math.round((performance.now() - this.#startedAt) * 1000);
  }

  async #finish(value: unknown): Promise<void> {
    if (this.#place.hello.isBatched) {
      const values = listOf(value, this.numbers.length, this.#place.hello.name);
      // Packed before the first is sent: a batch fails as a whole.
      const packed = this.numbers.map((_, at) => this.#pack(values[at]));
      this.numbers.forEach((number, at) => {
        this.#succeed(number, packed[at]!);
      });
      return;
    }
    if (!isIterating(value)) {
      this.#succeed(this.numbers[0]!, this.#pack(value));
      return;
    }
    if (!this.#meta.takesYields) throw generatorError(this.#place.hello.name);
    this.#succeed(this.numbers[0]!, this.#pack(await this.#window.drain(value, (each) => this.#pack(each))));
  }

  #pack(value: unknown): Uint8Array {
    const { app, name } = this.#place.hello;
    return packResult(value, `${app}.${name}`);
  }

  #succeed(call: number, payload: Uint8Array): void {
    this.#place.output.queue({ kind: FrameKind.result, call, extra: this.#micros, payload: [payload] });
  }

  #context(): Parameters<typeof runAsCall>[0] {
    const { hello } = this.#place;
    const { signal } = this.#controller;
    return { id: this.#meta.id ?? '', app: hello.app, function: hello.name, attempt: this.#meta.attempt ?? 1, signal };
  }

  #work(): Parameters<Code['perform']>[0] {
    const { output, parts, hello } = this.#place;
    return {
      args: this.#args,
      method: this.#meta.method,
      isBatched: hello.isBatched,
      signal: this.#controller.signal,
      part: (digest) => parts.get(digest)!,
      send: (message) => {
        output.queue({ kind: FrameKind.message, call: this.numbers[0]!, payload: [message] });
        output.flushAfter(MESSAGES_EVERY_MS);
      },
    };
  }
}

function split(bytes: Uint8Array, lengths: readonly number[] = [bytes.length]): Uint8Array[] {
  let at = 0;
  return lengths.map((length) => {
    const piece = bytes.subarray(at, at + length);
    at += length;
    return piece;
  });
}

/** Something that gives values one by one: what a generator function returns. */
function isIterating(value: unknown): value is AsyncIterator<unknown> | Iterator<unknown> {
  const kind = Object.prototype.toString.call(value);
  return kind === '[object AsyncGenerator]' || kind === '[object Generator]';
}

function generatorError(name: string): RemoteError {
  return new RemoteError('REMOTE_USER', `${name} gives its values one by one: it is a generator function.`, {
    hint: 'Call it with .remoteGen() and loop over what that gives.',
  });
}

function listOf(value: unknown, length: number, name: string): readonly unknown[] {
  if (Array.isArray(value) && value.length === length) return value;
  const found = Array.isArray(value)
    ? `a list of ${value.length}`
    : `no list but ${value === null ? 'null' : typeof value}`;
  throw new OutputError('OUTPUT_BATCH_LENGTH', `${name} was called with a batch of ${length} and returned ${found}.`, {
    hint: 'Return a list with one result for each item, in the same order.',
  });
}
