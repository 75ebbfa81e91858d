import { crc32 } from 'node:zlib';
import { writeHeader } from './header.ts';

/** What to send; absent parts are empty. */
export interface OutgoingFrame {
  readonly kind: number;
  readonly call?: number;
  readonly extra?: number;
  readonly meta?: object | undefined;
  /** One after the other, as one payload. */
  readonly payload?: readonly Uint8Array[] | undefined;
}

/** The bytes of a frame, in pieces: the payload is not copied. */
export function writeFrame({ kind, call = 0, extra = 0, meta, payload = [] }: OutgoingFrame): Uint8Array[] {
  const metaBytes = meta === undefined ? undefined : Buffer.from(JSON.stringify(meta));
  let checksum = metaBytes === undefined ? 0 : crc32(metaBytes);
  let payloadLength = 0;
  for (const piece of payload) {
    checksum = crc32(piece, checksum);
    payloadLength += piece.length;
  }
  const metaLength = metaBytes?.length ?? 0;
  const header = writeHeader({ kind, call, extra: Math.min(extra, 0xffffffff), metaLength, payloadLength, checksum });
  return metaBytes === undefined ? [header, ...payload] : [header, metaBytes, ...payload];
}
