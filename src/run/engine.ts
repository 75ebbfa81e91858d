import type { Sending } from './sending/job.ts';

/** Where the nodes of a pipeline run. */
export interface Engine {
  /** What to show for it: `workers ×2`, `modal A100`; `undefined` when nodes run in this thread. */
  readonly place: string | undefined;
  /** How work is sent away; absent when nodes run in this thread. */
  readonly sending?: Sending | undefined;
  /** Releases workers, containers and resources. */
  close(): Promise<void>;
}
