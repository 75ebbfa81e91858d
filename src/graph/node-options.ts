/** When and how often a failed node is tried again. */
export interface RetryPolicy {
  /** Tries after the first one. */
  readonly retries: number;
  /** Milliseconds before the first retry; default 100. */
  readonly delay?: number;
  /** What each further delay is multiplied by; default 2. */
  readonly factor?: number;
  /** Upper bound of a delay in milliseconds; default 30,000. */
  readonly maxDelay?: number;
  /** Share of each delay that is random, 0 to 1; default 0.5, so that many items don't retry in step. */
  readonly jitter?: number;
  /** Whether this error is worth another try; default: always. */
  readonly when?: (error: unknown, attempt: number) => boolean;
}

/** What a node may be told besides its function. */
export interface NodeOptions {
  /** `false` keeps this node out of the cache; default true. */
  readonly cache?: boolean;
  /** Pins the code part of the cache key by hand: the function may change freely until this does. */
  readonly version?: string;
  /** Further values or functions that the result depends on; they enter the cache key. */
  readonly deps?: readonly unknown[];
  /** Number of retries, or a policy; default 0. */
  readonly retries?: number | RetryPolicy;
  /** Milliseconds that one attempt may take. */
  readonly timeout?: number;
  /** Name to show in progress, paths and pictures instead of the output name. */
  readonly label?: string;
}
