import { crc32 } from 'node:zlib';
import type { Frame } from './frame.ts';
import { HEADER_LENGTH, type Header, MAGIC, readHeader } from './header.ts';

/** Who takes what was read. */
export interface FrameHandler {
  frame(frame: Frame): void;
  /** Bytes that are no part of a frame: somebody else wrote into the stream. */
  noise(bytes: Uint8Array): void;
  /** A frame whose content was changed on the way, by bytes written into the middle of it. */
  damaged(frame: { readonly kind: number; readonly call: number }): void;
}

interface Body {
  readonly header: Header;
  readonly bytes: Buffer;
  filled: number;
}

/** Finds the frames in a stream of bytes, whatever else is in it. A large frame is copied once, into its own memory. */
export class FrameReader {
  readonly #handler: FrameHandler;
  #rest: Buffer = Buffer.alloc(0);
  #body: Body | undefined;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  push(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#read(this.#body ? this.#fill(this.#body, bytes) : join(this.#rest, bytes));
  }

  /** Takes what the frame under way still needs; gives what is left to read. */
  #fill(body: Body, bytes: Buffer): Buffer {
    const taken = Math.min(bytes.length, body.bytes.length - body.filled);
    bytes.copy(body.bytes, body.filled, 0, taken);
    body.filled += taken;
    const left = bytes.subarray(taken);
    if (body.filled < body.bytes.length) return left;
    this.#body = undefined;
    return this.#emit(body.header, body.bytes) ? left : join(body.bytes, left);
  }

  #read(given: Buffer): void {
    let bytes = given;
    while (bytes.length > 0) {
      const start = bytes.indexOf(MAGIC);
      if (start !== 0) {
        const end = start < 0 ? bytes.length - magicPrefixLength(bytes) : start;
        if (end > 0) this.#handler.noise(bytes.subarray(0, end));
        bytes = bytes.subarray(end);
        if (start < 0) break;
      }
      if (bytes.length < HEADER_LENGTH) break;
      const header = readHeader(bytes, 0);
      if (!header) {
        this.#handler.noise(bytes.subarray(0, MAGIC.length));
        bytes = bytes.subarray(MAGIC.length);
        continue;
      }
      bytes = this.#readBody(header, bytes.subarray(HEADER_LENGTH));
    }
    // A copy: the rest is small, and what it is part of may be large.
    this.#rest = bytes.length === 0 ? bytes : Buffer.from(bytes);
  }

  #readBody(header: Header, after: Buffer): Buffer {
    const length = header.metaLength + header.payloadLength;
    if (after.length < length) {
      const body = { header, bytes: Buffer.allocUnsafeSlow(length), filled: 0 };
      this.#body = body;
      return this.#fill(body, after);
    }
    const content = after.subarray(0, length);
    return this.#emit(header, content) ? after.subarray(length) : after;
  }

  /** Whether the content is what was sent; if not, a frame may begin anywhere in it. */
  #emit(header: Header, content: Buffer): boolean {
    const { kind, call, extra, metaLength, checksum } = header;
    if (content.length > 0 && crc32(content) !== checksum) {
      this.#handler.damaged({ kind, call });
      return false;
    }
    this.#handler.frame({
      kind,
      call,
      extra,
      meta: content.subarray(0, metaLength),
      payload: content.subarray(metaLength),
    });
    return true;
  }
}

function join(first: Buffer, second: Buffer): Buffer {
  return first.length === 0 ? second : second.length === 0 ? first : Buffer.concat([first, second]);
}

/** How many of the last bytes could be the beginning of a frame. */
function magicPrefixLength(bytes: Buffer): number {
  for (let length = Math.min(MAGIC.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(MAGIC.subarray(0, length))) return length;
  }
  return 0;
}
