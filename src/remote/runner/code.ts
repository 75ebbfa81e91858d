/** Work of one call, as the code of a definition gets it. */
export interface Work {
  /** Packed: the list of arguments, or the request of a job; one for each call of a batch. */
  readonly args: readonly Uint8Array[];
  readonly method: string | undefined;
  readonly isBatched: boolean;
  readonly signal: AbortSignal;
  /** Bytes that were sent along, by their digest. */
  part(digest: string): Uint8Array;
  /** Sends a message home. */
  send(message: Uint8Array): void;
}

/** What a container does for its calls. */
export interface Code {
  perform(work: Work): unknown;
  /** Whether what `perform` gives is packed already. */
  readonly givesBytes: boolean;
  /** Called once, before the container ends. */
  end(): Promise<void>;
}
