import { RunTally } from '../../events/index.ts';

/** One root run that is shown. */
export class ObservedRun {
  readonly tally: RunTally;
  /** The event last counted: several callbacks may be told of the same one. */
  last: unknown;
  /** Whether everything seen of the run has ended, though its root has not been seen. */
  idle = false;

  constructor(runId: string) {
    this.tally = new RunTally(runId);
  }
}
