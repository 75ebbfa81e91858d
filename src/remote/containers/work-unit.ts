import type { PendingCall } from './pending-call.ts';

/** What is sent to a container as one: a call, or the calls of a batch. */
export interface WorkUnit {
  readonly calls: readonly PendingCall[];
  /** Number of the first call there; the others follow it. */
  readonly number: number;
  readonly bytes: number;
  /** When it began to run there, as far as it is known here; `undefined` while it waits for others. */
  startedAt: number | undefined;
  /** Calls that are not answered yet. */
  open: number;
  /** It was told to stop: nobody waits for its answer. */
  isGivenUp: boolean;
  /** It was asked for again: it comes back unless it has begun. */
  isRecalled: boolean;
}
