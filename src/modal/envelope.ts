/**
 * What travels over the standard streams of the bridge: one byte for the kind, four for the length (big endian), content.
 *
 * The stream itself belongs to the runner and to whoever holds the container; this layer lets a heartbeat, files in
 * place of long content, and the end of the runner travel beside it.
 */
export const EnvelopeKind = {
  /** Bytes of the runner's stream. */
  data: 0,
  /** To the container: the next bytes of the stream are the content of this file. */
  file: 1,
  /** To the container: someone is still there. Content: how long, in milliseconds, to wait for the next sign of life. */
  ping: 2,
  /** To the container: removes a file. */
  forget: 3,
  /** From the container: the runner is started. */
  ready: 4,
  /** From the container: the runner has ended. Content: {@link RunnerExit} as JSON. */
  exit: 5,
} as const;

export type EnvelopeKind = (typeof EnvelopeKind)[keyof typeof EnvelopeKind];

/** How the runner ended; it is `lost` when no sign of life came through. */
export interface RunnerExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly cause: 'exited' | 'out-of-memory' | 'lost';
}

export interface Envelope {
  readonly kind: number;
  readonly content: Uint8Array;
}

/** Bytes before the content. */
export const envelopeHeaderLength = 5;

/** The head of an envelope; the content follows. */
export function envelopeHeader(kind: number, length: number): Uint8Array {
  const header = Buffer.allocUnsafe(envelopeHeaderLength);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(length, 1);
  return header;
}

/** Takes a stream of bytes apart into envelopes. Content of `data` is passed on as it comes, in pieces of any size. */
export class EnvelopeReader {
  #pending: Uint8Array = new Uint8Array();
  #dataLeft = 0;

  *read(chunk: Uint8Array): Generator<Envelope> {
    let bytes = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    for (;;) {
      if (this.#dataLeft > 0 && bytes.length > 0) {
        const content = bytes.subarray(0, this.#dataLeft);
        this.#dataLeft -= content.length;
        bytes = bytes.subarray(content.length);
        yield { kind: EnvelopeKind.data, content };
        continue;
      }
      if (this.#dataLeft > 0 || bytes.length < envelopeHeaderLength) break;
      const kind = bytes[0] ?? EnvelopeKind.data;
      const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
      if (kind === EnvelopeKind.data) {
        this.#dataLeft = length;
        bytes = bytes.subarray(envelopeHeaderLength);
      } else if (bytes.length >= envelopeHeaderLength + length) {
        yield { kind, content: bytes.subarray(envelopeHeaderLength, envelopeHeaderLength + length) };
        bytes = bytes.subarray(envelopeHeaderLength + length);
      } else {
        break;
      }
    }
    this.#pending = bytes;
  }
}
