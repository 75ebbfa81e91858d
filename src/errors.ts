/** Where and how a {@link HypernodesError} came about. */
export interface ErrorDetails {
  /** Node path (`all > per_doc[3] > wordCount`) or value path (`inputs.docs[3].client`) of the culprit. */
  readonly path?: string | undefined;
  /** What to do about it; also the end of the message. */
  readonly hint?: string | undefined;
  /** What led to this error. */
  readonly cause?: unknown;
}

/** Base of every error that hypernodes itself raises; what user code throws is never wrapped. */
export abstract class HypernodesError<Code extends string = string> extends Error {
  /** Stable, machine-readable reason. */
  readonly code: Code;
  readonly path: string | undefined;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(
      details.hint ? `${message} ${details.hint}` : message,
      'cause' in details ? { cause: details.cause } : undefined,
    );
    this.code = code;
    this.path = details.path;
    this.hint = details.hint;
  }

  static {
    // On the prototype, so that `name` is no own field of every error.
    Object.defineProperty(HypernodesError.prototype, 'name', {
      get(this: HypernodesError) {
        return this.constructor.name;
      },
      configurable: true,
    });
  }
}

/** What a {@link GraphError} can be about. */
export type GraphErrorCode =
  | 'GRAPH_DUPLICATE_OUTPUT'
  | 'GRAPH_CYCLE'
  | 'GRAPH_INVALID_NODE'
  | 'GRAPH_UNKNOWN_NAME'
  | 'GRAPH_INCONSISTENT_DEFAULT'
  | 'GRAPH_UNREADABLE_INPUTS';

/** Nodes or pipelines that cannot be built as written. */
export class GraphError extends HypernodesError<GraphErrorCode> {}

/** What an {@link InputError} can be about. */
export type InputErrorCode =
  | 'INPUT_MISSING'
  | 'INPUT_CONFLICT'
  | 'INPUT_INVALID'
  | 'INPUT_NOT_ITERABLE'
  | 'INPUT_LENGTHS';

/** Inputs that a run cannot start with. */
export class InputError extends HypernodesError<InputErrorCode> {}

/** What an {@link OutputError} can be about. */
export type OutputErrorCode = 'OUTPUT_MISSING' | 'OUTPUT_UNEXPECTED' | 'OUTPUT_BATCH_LENGTH' | 'OUTPUT_INVALID';

/** A node that did not return what it promised. */
export class OutputError extends HypernodesError<OutputErrorCode> {}

/** A node, pipeline or remote call that took longer than its limit. */
export class TimeoutError extends HypernodesError<'TIMEOUT'> {}

/** A run that was aborted; `cause` is the signal's reason. */
export class AbortError extends HypernodesError<'ABORTED'> {}

/** A promise where `runSync` needs a value. */
export class SyncError extends HypernodesError<'SYNC_PROMISE'> {}

/** A value that cannot travel, found before anything was sent. */
export class PackError extends HypernodesError<'PACK_UNSUPPORTED' | 'PACK_TOO_LARGE'> {}

/** Bytes that are no payload of ours, or one that may not be opened here. */
export class UnpackError extends HypernodesError<
  'UNPACK_CORRUPT' | 'UNPACK_VERSION' | 'UNPACK_UNRESOLVED' | 'UNPACK_FUNCTIONS_REFUSED'
> {}

/** What a {@link RemoteError} can be about. */
export type RemoteErrorCode =
  | 'REMOTE_USER'
  | 'REMOTE_CRASHED'
  | 'REMOTE_OUT_OF_MEMORY'
  | 'REMOTE_START'
  | 'REMOTE_BUILD'
  | 'REMOTE_CANCELLED';

/** A remote call that failed, in the container or on its provider's side. */
export class RemoteError extends HypernodesError<RemoteErrorCode> {}

/** An optional peer dependency that is absent or of the wrong version; `hint` is the install command. */
export class MissingPeerError extends HypernodesError<'MISSING_PEER'> {}

/** What a {@link CacheError} can be about. */
export type CacheErrorCode = 'CACHE_FORMAT' | 'CACHE_FULL' | 'CACHE_UNWRITABLE';

/** A cache that cannot be read by this version or cannot be written to; `cause` is what the system said. */
export class CacheError extends HypernodesError<CacheErrorCode> {}
