/** Writes a line on behalf of the node that runs; `log(message)` is `log.info(message)`. */
export interface NodeLog {
  (message: string, data?: unknown): void;
  debug(message: string, data?: unknown): void;
  info(message: string, data?: unknown): void;
  warn(message: string, data?: unknown): void;
  error(message: string, data?: unknown): void;
}

/** Second parameter of a node function. */
export interface NodeContext {
  /** Aborted when the run is, when a sibling failed, or when the node's time is up. */
  readonly signal: AbortSignal;
  /** Lines for the run's callbacks (`onNodeLog`). */
  readonly log: NodeLog;
  /** Where this execution stands: `all > per_doc[3] > wordCount`. */
  readonly path: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Tells the run's callbacks how far this execution is. */
  progress(done: number, total?: number): void;
}
