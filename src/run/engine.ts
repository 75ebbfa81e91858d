/** Where the nodes of a pipeline run. */
export interface Engine {
  /** What to show for it: `workers ×2`, `modal A100`; `undefined` when nodes run in this thread. */
  readonly place: string | undefined;
  /** Releases workers, containers and resources. */
  close(): Promise<void>;
}
