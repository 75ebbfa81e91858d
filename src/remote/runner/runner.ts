import { AbortError, RemoteError } from '../../errors.ts';
import { type CallMeta, type DefineMeta, type Frame, FrameKind, type HelloMeta, metaOf } from '../frames/index.ts';
import type { Code } from './code.ts';
import type { FrameOutput } from './frame-output.ts';
import { loadCode } from './load-code.ts';
import { RunningCall } from './running-call.ts';

/** After a call that took so many milliseconds, what waits for it may have been cancelled or recalled. */
const LONG_MS = 10;

/** Does what the frames from home say: keeps code, performs calls in the order of their arrival, some at once. */
export class Runner {
  readonly #output: FrameOutput;
  readonly #resolveFrom: string;
  readonly #known = new Map<string, Uint8Array>();
  readonly #waiting: RunningCall[] = [];
  readonly #calls = new Map<number, RunningCall>();
  #hello: HelloMeta | undefined;
  #code: Promise<Code> | undefined;
  #running = 0;
  #isStopping = false;

  /** @param resolveFrom Folder from which packages are looked up. */
  constructor(output: FrameOutput, resolveFrom: string) {
    this.#output = output;
    this.#resolveFrom = resolveFrom;
  }

  /** Milliseconds without a frame after which home counts as gone; 0 for never. */
  get patienceMs(): number {
    return this.#hello?.patienceMs ?? 0;
  }

  get isIdle(): boolean {
    return this.#calls.size === 0;
  }

  take(frame: Frame): void {
    switch (frame.kind) {
      case FrameKind.hello:
        this.#hello = metaOf<HelloMeta>(frame) as HelloMeta;
        break;
      case FrameKind.define:
        this.#known.set(metaOf<DefineMeta>(frame).digest!, ownBytes(frame.payload));
        break;
      case FrameKind.forget:
        this.#known.delete(metaOf<DefineMeta>(frame).digest!);
        break;
      case FrameKind.call:
        this.#accept(frame);
        break;
      case FrameKind.cancel:
        this.#cancel(frame.call);
        break;
      case FrameKind.recall:
        this.#giveBack(frame.call);
        break;
      case FrameKind.more:
        this.#calls.get(frame.call)?.allowYields(frame.extra);
        break;
      case FrameKind.stop:
        this.#isStopping = true;
        if (this.isIdle) void this.end();
        break;
    }
  }

  /** Gives back what the code holds, and ends the process. */
  async end(): Promise<never> {
    try {
      const code = await this.#code;
      await code?.end();
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    }
    this.#output.flush();
    process.exit(0);
  }

  #accept(frame: Frame): void {
    const meta = metaOf<CallMeta>(frame);
    // Held by the call from now on: home may have them forgotten before it is done.
    const parts = new Map((meta.parts ?? []).map((digest) => [digest, this.#known.get(digest)!]));
    const call = new RunningCall(frame, meta, { hello: this.#hello!, parts, output: this.#output });
    for (const number of call.numbers) this.#calls.set(number, call);
    this.#waiting.push(call);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#running < this.#hello!.concurrency) {
      const call = this.#waiting.shift();
      if (!call) return;
      this.#running++;
      void this.#perform(call);
    }
  }

  async #perform(call: RunningCall): Promise<void> {
    const startedAt = performance.now();
    await call.perform(() => this.#loadCode());
    // Before any other user code: what is done is told, whatever happens there.
    this.#output.flush();
    for (const number of call.numbers) this.#calls.delete(number);
    if (this.#waiting.length > 0 && performance.now() - startedAt > LONG_MS) await newsFromHome();
    this.#running--;
    this.#startNext();
    if (this.#isStopping && this.isIdle) void this.end();
  }

  /** Once; the first call waits for it, and if it fails all calls do. */
  #loadCode(): Promise<Code> {
    const { kind, code } = this.#hello!;
    this.#code ??= loadCode(kind, this.#known.get(code)!, this.#resolveFrom);
    return this.#code;
  }

  /** What has not begun goes back; of what has, home gets the answer. */
  #giveBack(from: number): void {
    const at = this.#waiting.findIndex(({ numbers }) => numbers[0]! >= from);
    if (at < 0) return;
    for (const { numbers } of this.#waiting.splice(at)) {
      for (const number of numbers) this.#calls.delete(number);
      this.#output.queue({ kind: FrameKind.returned, call: numbers[0]! });
    }
    if (this.#isStopping && this.isIdle) void this.end();
  }

  #cancel(number: number): void {
    const call = this.#calls.get(number);
    if (!call) return;
    call.abort(new AbortError('ABORTED', 'The call was cancelled.'));
    const at = this.#waiting.indexOf(call);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    for (const each of call.numbers) this.#calls.delete(each);
    call.fail(new RemoteError('REMOTE_CANCELLED', 'The call was cancelled before it began.'));
  }
}

/** Lets frames that came in the meantime be read: they are polled for between two turns of the event loop. */
async function newsFromHome(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Not part of a larger piece of memory, which would stay as long as this does. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.prototype.slice.call(bytes);
}
