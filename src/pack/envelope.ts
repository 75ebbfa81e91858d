import { crc32 } from 'node:zlib';
import { UnpackError } from '../errors.ts';
import { corrupt } from './corrupt.ts';

/**
 * What stands before every payload:
 *
 * | bytes | what |
 * |---|---|
 * | 0–2 | `HNP` |
 * | 3 | version of the format |
 * | 4 | form of the body |
 * | 5 | whether unpacking runs code |
 * | 6–7 | zero |
 * | 8–11 | CRC-32 of everything but itself, little-endian |
 * | 12–15 | zero |
 *
 * Its length keeps the body aligned for every typed array.
 */
export const HEADER_LENGTH = 16;
export const VERSION = 1;

const MAGIC = [0x48, 0x4e, 0x50] as const;
const CRC_AT = 8;

/** How the body is written. */
export const BodyForm = {
  /** The structured clone format of V8: plain data, the quickest. */
  plain: 1,
  /** Our own graph of records: everything. */
  graph: 2,
} as const;
export type BodyForm = (typeof BodyForm)[keyof typeof BodyForm];

export interface Envelope {
  readonly form: BodyForm;
  /** Whether unpacking evaluates source text, imports modules or calls what they export. */
  readonly runsCode: boolean;
}

const plainHeader = makeHeader({ form: BodyForm.plain, runsCode: false });
const dataHeader = makeHeader({ form: BodyForm.graph, runsCode: false });
const codeHeader = makeHeader({ form: BodyForm.graph, runsCode: true });

/** The header without its checksum; not to be changed. */
export function envelopeHeader({ form, runsCode }: Envelope): Uint8Array {
  if (form === BodyForm.plain) return plainHeader;
  return runsCode ? codeHeader : dataHeader;
}

function makeHeader({ form, runsCode }: Envelope): Uint8Array {
  const header = new Uint8Array(HEADER_LENGTH);
  header.set([...MAGIC, VERSION, form, Number(runsCode)]);
  return header;
}

/** Writes the checksum of a whole payload into its header. */
export function seal(payload: Uint8Array): Uint8Array {
  const sum = checksum(payload);
  for (let i = 0; i < 4; i++) payload[CRC_AT + i] = sum >>> (i * 8);
  return payload;
}

/** @throws UnpackError `UNPACK_CORRUPT` or `UNPACK_VERSION`. */
export function openEnvelope(payload: Uint8Array): Envelope {
  if (payload.length < HEADER_LENGTH) throw corrupt(`it has ${payload.length} bytes`);
  if (MAGIC.some((byte, at) => payload[at] !== byte)) throw corrupt('it starts with something else');
  const version = payload[3]!;
  if (version !== VERSION) {
    throw new UnpackError(
      'UNPACK_VERSION',
      `cannot unpack: the payload has format ${version}, this is format ${VERSION}.`,
      {
        hint: 'Use the same version of hypernodes on both sides.',
      },
    );
  }
  const sum = checksum(payload);
  for (let i = 0; i < 4; i++)
    if (payload[CRC_AT + i] !== ((sum >>> (i * 8)) & 0xff)) throw corrupt('its checksum does not match');
  const form = payload[4];
  if (form !== BodyForm.plain && form !== BodyForm.graph) throw corrupt(`its form is ${form}`);
  return { form, runsCode: payload[5] !== 0 };
}

function checksum(payload: Uint8Array): number {
  return crc32(payload.subarray(CRC_AT + 4), crc32(payload.subarray(0, CRC_AT)));
}
