import type { TimeoutError } from '../../errors.ts';

/** Bytes that several jobs need, known by what is in them. */
export interface JobPart {
  /** SHA-256 of the bytes, in hex. */
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** Work for another thread or machine: part of a run, packed. */
export interface Job {
  /** Node path of what is done, for messages and logs. */
  readonly path: string;
  /** What the request refers to; a place that has a part already need not get it again. */
  readonly parts: readonly JobPart[];
  readonly request: Uint8Array;
  readonly signal: AbortSignal;
  /** Takes what the place sends while it works, in order. */
  onMessage(message: Uint8Array): void;
  /**
   * Longest time, in milliseconds, for which the place may be too busy to answer: a loop without end passes every limit
   * that its own thread could keep. Absent when nothing in the job has a limit.
   */
  readonly patience?: number | undefined;
  /** How long it will probably keep a thread busy, in milliseconds, when that is known. */
  readonly expectedMs?: number | undefined;
  /** What the job fails with when that is exceeded. */
  timedOut(): TimeoutError;
}

/** What an engine sends away, and how. */
export interface Sending {
  /** What is sent of a single run: all of it at once, or its nodes one by one. Items of a map go in chunks in any case. */
  readonly unit: 'run' | 'node';
  /** Jobs that can be worked on at once. */
  readonly lanes: number;
  /** Work to put into a chunk of items, in milliseconds. */
  readonly chunkMs: number;
  /**
   * Time, in milliseconds, that sending has to save to be worth it; the first items of a map run in this thread to
   * find out. `undefined`: everything is sent.
   */
  readonly overheadMs: number | undefined;
  /** The place can't be asked whether it still answers: jobs with `patience` send a message now and then that says so. */
  readonly needsSigns?: boolean;
  /**
   * Has a job done; gives what `performJob` gave there.
   *
   * Rejects with the reason of the signal, with what `timedOut` gives, or with a RemoteError when the place ended.
   */
  perform(job: Job): Promise<Uint8Array>;
}

/** What `performJob` needs of the place where it runs. */
export interface JobPlace {
  /** A part of the job, by its digest. */
  part(digest: string): Uint8Array | Promise<Uint8Array>;
  readonly signal: AbortSignal;
  /** Sends a message to where the job came from. */
  send(message: Uint8Array): void;
}
