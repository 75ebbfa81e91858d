import { createHash } from 'node:crypto';
import { EnvelopeKind, envelopeHeader, envelopeHeaderLength } from '../envelope.ts';

/** How bytes get to a container. */
export interface StdinTarget {
  /** One RPC. */
  write(bytes: Uint8Array): Promise<void>;
  /** Puts long content into a file of the container. */
  putContent(name: string, content: Uint8Array): Promise<void>;
}

/** Bytes that one RPC carries at most: Modal names no limit for it; its own Python client stays below twice of this. */
const writeLimit = 1024 * 1024;
/** Bytes from which content goes through a file, which is streamed, while RPCs wait for each other. */
const fileThreshold = writeLimit - envelopeHeaderLength;
/** Bytes of files that are kept in the container, in case the same content is sent again. */
const keptLimit = 1024 ** 3;
/** Bytes that may wait to be sent before a writer is told to wait. */
const roomLimit = 16 * writeLimit;

interface Waiting {
  readonly kind: EnvelopeKind;
  readonly bytes: Uint8Array;
}

/**
 * Sends bytes in order with as few RPCs as possible: what comes while one is under way goes together with the next.
 * Long pieces become files, each content once.
 */
export class StdinWriter {
  readonly #target: StdinTarget;
  #queue: Waiting[] = [];
  #queued = 0;
  #sending: Promise<void> | undefined;
  #failure: unknown;
  /** Content that the container has, by digest, with its length; the oldest first. */
  readonly #kept = new Map<string, number>();
  #keptBytes = 0;

  constructor(target: StdinTarget) {
    this.#target = target;
  }

  /** Takes bytes of the runner's stream. Resolves when there is room for more. */
  write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const bytes of pieces) if (bytes.length > 0) this.#enqueue(EnvelopeKind.data, bytes);
    return this.#room();
  }

  /** Says that someone is still there, and how long to wait for the next time. */
  ping(patienceMs: number): Promise<void> {
    this.#enqueue(EnvelopeKind.ping, Buffer.from(String(patienceMs)));
    return this.#room();
  }

  #enqueue(kind: EnvelopeKind, bytes: Uint8Array): void {
    this.#queue.push({ kind, bytes });
    this.#queued += bytes.length;
  }

  async #room(): Promise<void> {
    this.#sending ??= this.#send();
    if (this.#queued > roomLimit) await this.#sending;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #send(): Promise<void> {
    // Everything that is written in the same turn goes together.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const { bytes = new Uint8Array(), kind } = this.#queue[0] ?? {};
        if (kind === EnvelopeKind.data && bytes.length >= fileThreshold) await this.#sendAsFile(bytes);
        else await this.#target.write(this.#nextBatch());
      }
    } catch (error) {
      this.#failure = error;
      this.#queue = [];
      this.#queued = 0;
    } finally {
      this.#sending = undefined;
    }
  }

  #nextBatch(): Uint8Array {
    const parts: Uint8Array[] = [];
    let length = 0;
    let count = 0;
    for (const next of this.#queue) {
      if (next.kind === EnvelopeKind.data && next.bytes.length >= fileThreshold) break;
      length += envelopeHeaderLength + next.bytes.length;
      if (length > writeLimit) break;
      count++;
    }
    for (const { kind, bytes } of this.#queue.splice(0, count)) {
      this.#queued -= bytes.length;
      parts.push(envelopeHeader(kind, bytes.length), bytes);
    }
    return Buffer.concat(parts);
  }

  async #sendAsFile(bytes: Uint8Array): Promise<void> {
    const name = createHash('sha256').update(bytes).digest('hex');
    if (!this.#kept.has(name)) {
      await this.#target.putContent(name, bytes);
      this.#kept.set(name, bytes.length);
      this.#keptBytes += bytes.length;
    }
    this.#queue[0] = { kind: EnvelopeKind.file, bytes: Buffer.from(name) };
    this.#queued += name.length - bytes.length;
    this.#forget(name);
  }

  /** The container reads its messages in order, so what is forgotten here has been passed on before. */
  #forget(current: string): void {
    for (const [name, length] of this.#kept) {
      if (this.#keptBytes <= keptLimit) return;
      if (name === current) continue;
      this.#kept.delete(name);
      this.#keptBytes -= length;
      this.#queue.splice(1, 0, { kind: EnvelopeKind.forget, bytes: Buffer.from(name) });
      this.#queued += name.length;
    }
  }
}
