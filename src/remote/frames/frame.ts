/**
 * Kinds of frames. What home sends to a runner is below 16, what a runner sends home above.
 * Part of the protocol: numbers keep their meaning.
 */
export const FrameKind = {
  /** How to behave: {@link HelloMeta}. First frame of all. */
  hello: 1,
  /** Bytes by digest: code, or a part that several calls share: {@link DefineMeta}. Once per container. */
  define: 2,
  /** A call, or `extra` calls that are one batch, with numbers that follow each other: {@link CallMeta}. */
  call: 3,
  cancel: 4,
  /** There is room for `extra` more values of a generator. */
  more: 5,
  /** Home is still there. */
  heartbeat: 6,
  /** Finish what runs, then end. */
  stop: 7,
  /** Bytes by digest that are not needed any more: {@link DefineMeta}. */
  forget: 8,
  /** Give back the calls from this number on that have not begun. */
  recall: 9,
  /** The runner listens: {@link ReadyMeta}. */
  ready: 16,
  /** Something for `onMessage` of the call. */
  message: 17,
  yield: 18,
  /** The packed result; `extra` is how long it took, in microseconds. */
  result: 19,
  /** What the call failed with; `extra` as in `result`. */
  error: 20,
  /** What user code printed: {@link LogMeta}. */
  log: 21,
  /** Why the runner is about to end: {@link FatalMeta}, and an error if there is one. */
  fatal: 22,
  /** A call, or a batch, that was recalled: it has not begun here, and will not. */
  returned: 23,
} as const;

/** One unit of the protocol. */
export interface Frame {
  readonly kind: number;
  /** Number of the call that it belongs to; 0 for none. */
  readonly call: number;
  /** A number whose meaning depends on the kind. */
  readonly extra: number;
  /** JSON; empty for none. */
  readonly meta: Uint8Array;
  readonly payload: Uint8Array;
}

export interface HelloMeta {
  readonly app: string;
  readonly name: string;
  readonly kind: 'function' | 'class' | 'pipeline';
  /** Digest of the code. */
  readonly code: string;
  /** Calls at once. */
  readonly concurrency: number;
  readonly isBatched: boolean;
  /** Milliseconds without a frame after which the runner ends itself; 0 for never. */
  readonly patienceMs: number;
}

export interface DefineMeta {
  readonly digest: string;
}

export interface CallMeta {
  readonly method?: string | undefined;
  readonly parts?: readonly string[] | undefined;
  /** Whether somebody takes what a generator yields. */
  readonly takesYields?: boolean | undefined;
  readonly attempt?: number | undefined;
  readonly id?: string | undefined;
  /** Milliseconds that the attempt may take. */
  readonly timeoutMs?: number | undefined;
  /** Bytes of each call's arguments, in a batch. */
  readonly lengths?: readonly number[] | undefined;
}

export interface ReadyMeta {
  readonly pid: number;
  readonly node: string;
}

export interface LogMeta {
  readonly stream: 'stdout' | 'stderr';
}

export interface FatalMeta {
  readonly reason: 'exit' | 'uncaught-exception' | 'unhandled-rejection' | 'lost-home';
  readonly code?: number | undefined;
}

/** What is in `meta`. Frames come from our own runner and are checksummed, so their form is known by their kind. */
export function metaOf<Meta>(frame: Frame): Partial<Meta> {
  return frame.meta.length === 0 ? {} : (JSON.parse(decoder.decode(frame.meta)) as Meta);
}

const decoder = new TextDecoder();
