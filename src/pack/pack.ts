import { hash } from 'node:crypto';
import v8 from 'node:v8';
import { PackError } from '../errors.ts';
import { askingAhead, inOneGo } from '../inspect/index.ts';
import { classIdOf } from './class-registry.ts';
import { writeRecord } from './encode-record.ts';
import { Encoder } from './encoder.ts';
import { BodyForm, envelopeHeader, seal } from './envelope.ts';
import { Explanation } from './explanation.ts';
import { isPlainData } from './plain-data.ts';
import { checkSize, type SizeLimits } from './size-limits.ts';

/** How to pack. */
export interface PackOptions {
  /** Longest payload, in bytes; a longer one is refused. No limit unless given. */
  readonly maxBytes?: number;
  /** Length of the payload, in bytes, above which a warning names what is largest in it; 64 MiB unless given. */
  readonly warnBytes?: number;
}

/**
 * Turns any value, functions with what they close over included, into bytes that {@link unpack} turns back, in any process.
 *
 * Packages and builtins travel by name, the user's own functions and classes as source. Everything keeps its identity
 * within one payload: what was one object is one object there, and variables that functions share stay shared.
 *
 * @example
 * const factor = 3;
 * const bytes = pack((x: number) => x * factor);
 *
 * @throws PackError `PACK_UNSUPPORTED` with the path of what cannot travel, `PACK_TOO_LARGE`.
 */
export function pack(value: unknown, options: PackOptions = {}): Uint8Array {
  const limits: SizeLimits = { maxBytes: Number.POSITIVE_INFINITY, warnBytes: 64 * 1024 * 1024, ...options };
  return packPlain(value, limits) ?? packGraph(value, limits);
}

/**
 * Like {@link pack}, also in runtimes that tell what a function closes over only later (Deno, and its notebooks).
 *
 * @throws PackError `PACK_UNSUPPORTED` with the path of what cannot travel, `PACK_TOO_LARGE`.
 */
export function packAsync(value: unknown, options: PackOptions = {}): Promise<Uint8Array> {
  return askingAhead(() => pack(value, options));
}

/**
 * What {@link pack} would send, as a tree with sizes; prints well.
 *
 * @example
 * console.log(String(pack.explain(perDoc)));
 *
 * @throws PackError `PACK_UNSUPPORTED` with the path of what cannot travel.
 */
pack.explain = (value: unknown): Explanation => new Explanation(encode(value, true));

const isDeno = 'Deno' in globalThis;

function packPlain(value: unknown, limits: SizeLimits): Uint8Array | undefined {
  // Deno's V8 writes a later format than that of Node can read.
  if (isDeno) return undefined;
  const serializer = new v8.DefaultSerializer();
  try {
    if (!isPlainData(value)) return undefined;
    serializer.writeRawBytes(envelopeHeader({ form: BodyForm.plain, runsCode: false }));
    serializer.writeHeader();
    serializer.writeValue(value);
  } catch {
    // A proxy, a getter, or nesting beyond the stack: the graph form can tell, or take it.
    return undefined;
  }
  const { buffer, byteOffset, byteLength } = serializer.releaseBuffer();
  const payload = new Uint8Array(buffer, byteOffset, byteLength);
  if (payload.length > Math.min(limits.maxBytes, limits.warnBytes))
    checkSize(payload.length, limits, () => encode(value, true));
  return seal(payload);
}

function packGraph(value: unknown, limits: SizeLimits): Uint8Array {
  const encoder = encode(value);
  return encoder.finish((length) => {
    checkSize(length, limits, () => encode(value, true));
  });
}

function encode(value: unknown, isMeasured = false): Encoder {
  const encoder = new Encoder(writeRecord, classId, isMeasured);
  inOneGo(() => {
    encoder.encode(value, rootLabel(value));
  });
  return encoder;
}

function rootLabel(value: unknown): string {
  return (typeof value === 'function' && value.name) || 'value';
}

function classId(made: Function): string {
  return classIdOf(made, () => {
    // Inside a class's own content, classes are told by their content alone.
    const encoder = new Encoder(writeRecord, () => '');
    try {
      encoder.encode(made, made.name);
    } catch (error) {
      // It is refused again, with its whole path, when the class itself is written.
      if (error instanceof PackError) return undefined;
      throw error;
    }
    return hash('sha256', encoder.finish(), 'hex').slice(0, 32);
  });
}
