import v8 from 'node:v8';
import { UnpackError } from '../errors.ts';
import { corrupt } from './corrupt.ts';
import { Decoder } from './decoder.ts';
import { BodyForm, type Envelope, HEADER_LENGTH, openEnvelope } from './envelope.ts';
import { fillRecord } from './fill-record.ts';
import { HeadReader, refuseFunctions } from './read-head.ts';
import { preloadModule } from './references/load-module.ts';
import { RevivedVariables } from './revived-variables.ts';
import { isThrownByUser } from './user-errors.ts';

/** How to unpack. */
export interface UnpackOptions {
  /** `false` refuses payloads that make this process run code: those with functions, classes or imports in them. */
  readonly functions?: boolean;
  /** Folder from which packages are looked up; the working directory unless given. */
  readonly resolveFrom?: string;
}

/**
 * Turns what `pack` made back into the value.
 *
 * A payload with functions is code: unpack it only if it comes from someone who may run code here. Typed arrays look at
 * the payload's own memory where they can, so don't change the bytes while they are in use.
 *
 * @example
 * const triple = unpack(pack((x: number) => x * 3)) as (x: number) => number;
 * triple(2); // 6
 *
 * @throws UnpackError `UNPACK_CORRUPT`, `UNPACK_VERSION`, `UNPACK_UNRESOLVED` (a package is not installed here),
 * `UNPACK_FUNCTIONS_REFUSED`.
 */
export function unpack(payload: Uint8Array, options: UnpackOptions = {}): unknown {
  return read(payload, open(payload), options);
}

/**
 * Like {@link unpack}, but imports the packages that the payload names instead of requiring them: they are then the same
 * modules that the rest of the program imports, under every loader, and may use top-level `await`.
 *
 * @throws UnpackError as {@link unpack}.
 */
export async function unpackAsync(payload: Uint8Array, options: UnpackOptions = {}): Promise<unknown> {
  const { functions = true, resolveFrom = process.cwd() } = options;
  // Once: to check a large payload takes as long as to read it.
  const envelope = open(payload);
  if (functions && envelope.form === BodyForm.graph) {
    const { modules } = new Decoder(payload, { base: resolveFrom, allowsFunctions: functions });
    await Promise.all(modules.map((module) => preloadModule(module, resolveFrom)));
  }
  return read(payload, envelope, options);
}

/** The envelope of what ought to be a payload. */
function open(payload: unknown): Envelope {
  if (payload instanceof Uint8Array) return openEnvelope(payload);
  throw corrupt(`it is ${payload === null ? 'null' : `a ${typeof payload}`}, no Uint8Array`);
}

function read(payload: Uint8Array, { form, runsCode }: Envelope, options: UnpackOptions): unknown {
  const { functions = true, resolveFrom = process.cwd() } = options;
  if (runsCode) refuseFunctions({ allowsFunctions: functions });
  try {
    return form === BodyForm.plain ? readPlain(payload) : readGraph(payload, resolveFrom, functions);
  } catch (error) {
    if (error instanceof RangeError && !(error instanceof UnpackError) && !isThrownByUser(error))
      throw corrupt('something in it is too large', error);
    throw error;
  }
}

function readPlain(payload: Uint8Array): unknown {
  try {
    const reader = new v8.DefaultDeserializer(payload.subarray(HEADER_LENGTH));
    reader.readHeader();
    return reader.readValue();
  } catch (error) {
    throw corrupt('its data cannot be read', error);
  }
}

function readGraph(payload: Uint8Array, base: string, allowsFunctions: boolean): unknown {
  const decoder = new Decoder(payload, { base, allowsFunctions });
  const heads = new HeadReader();
  const variables = new RevivedVariables();
  return decoder.decode(heads.read, (_, record) => {
    fillRecord(decoder, record, heads, variables);
  });
}
