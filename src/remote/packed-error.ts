import { nodePath, recordNodePath } from '../events/index.ts';
import { pack, unpack } from '../pack/index.ts';

/** What was thrown, told so that any process understands it. */
interface ErrorOutline {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Own fields that can travel. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause?: ErrorOutline | undefined;
  readonly errors?: readonly ErrorOutline[] | undefined;
}

/** How something that was thrown travels home. */
interface PackedError {
  /** As it is; absent when it cannot be packed. */
  readonly whole: Uint8Array | undefined;
  /** For a home that cannot make it anew, because it lacks its class. */
  readonly outline: ErrorOutline;
  readonly path: string | undefined;
}

const DEEPEST = 20;

/** Turns whatever was thrown into bytes, with class, message, stack, cause, fields and node path. Never throws. */
export function packError(error: unknown): Uint8Array {
  return pack({ whole: tryPack(error), outline: outlineOf(error, 0), path: nodePath(error) } satisfies PackedError);
}

/** What was thrown, made anew: of its own class if that is known here, else an `Error` with the name of its class. */
export function unpackError(bytes: Uint8Array): unknown {
  const { whole, outline, path } = unpack(bytes, { functions: false }) as PackedError;
  const error = (whole && tryUnpack(whole)) ?? { value: fromOutline(outline) };
  if (path !== undefined) restorePath(error.value, path);
  return error.value;
}

function tryPack(value: unknown): Uint8Array | undefined {
  try {
    return pack(value, { warnBytes: Number.POSITIVE_INFINITY });
  } catch {
    return undefined;
  }
}

function tryUnpack(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: unpack(bytes) };
  } catch {
    return undefined;
  }
}

/** The printed stack shows the path already, and would show it twice. */
function restorePath(error: unknown, path: string): void {
  if (error instanceof Error && typeof error.stack === 'string') {
    error.stack = error.stack.replace(`\n    in node ${path}`, '');
  }
  recordNodePath(error, path);
}

function outlineOf(error: unknown, depth: number): ErrorOutline {
  if (!(error instanceof Error) || depth > DEEPEST) {
    return { name: 'Error', message: textOf(error), stack: undefined, fields: {} };
  }
  const { cause, errors } = error as { readonly cause?: unknown; readonly errors?: unknown };
  return {
    name: textOf(error.name),
    message: textOf(error.message),
    stack: typeof error.stack === 'string' ? error.stack : undefined,
    fields: fieldsOf(error),
    ...(cause === undefined ? {} : { cause: outlineOf(cause, depth + 1) }),
    ...(Array.isArray(errors) ? { errors: errors.map((inner) => outlineOf(inner, depth + 1)) } : {}),
  };
}

const KEPT_APART = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** Fields that are plain data, as copies of their own: one that cannot travel keeps no other from it. */
function fieldsOf(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (KEPT_APART.has(name) || value === undefined) continue;
    const packed = tryPack(value);
    if (packed) {
      try {
        fields[name] = unpack(packed, { functions: false });
      } catch {
        // Has functions or classes in it.
      }
    }
  }
  return fields;
}

function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

function fromOutline({ name, message, stack, fields, cause, errors }: ErrorOutline): Error {
  const options = cause === undefined ? undefined : { cause: fromOutline(cause) };
  const error = errors ? new AggregateError(errors.map(fromOutline), message, options) : new Error(message, options);
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true });
  if (stack !== undefined) error.stack = stack;
  return Object.assign(error, fields);
}
