import type { Callback, EventMap, EventName, RunContext } from '../../events/index.ts';
import { ObservedRun } from './observed-run.ts';

/** Shows runs in one place; shared by all progress callbacks that show theirs in the same place. */
export abstract class ProgressView {
  protected readonly runs = new Map<string, ObservedRun>();
  #latest: ObservedRun | undefined;
  /** The end of a run last seen; the run is gone when a second callback passes it on. */
  #lastEnd: unknown;

  /** Counts an event, once however many callbacks pass it on. */
  take<Name extends EventName>(name: Name, event: EventMap[Name], context: RunContext): void {
    if (event === this.#lastEnd) return;
    let run = this.#latest;
    if (run === undefined || run.tally.runId !== event.runId) run = this.#runOf(event.runId);
    if (run.last === event) return;
    run.last = event;
    run.idle = false;
    const counter = (run.tally as Callback)[name] as ((event: EventMap[Name], context: RunContext) => void) | undefined;
    if (counter !== undefined) counter.call(run.tally, event, context);
    this.observed(name, event, run);
    if ((name === 'onPipelineEnd' || name === 'onMapEnd') && run.tally.openRoots === 0) {
      this.#lastEnd = event;
      if (event.parentSpanId === undefined) this.#end(run);
      // A part of a run whose surroundings are silent: more of it may follow until the run is flushed.
      else run.idle = true;
    }
  }

  /** Called at the end of a root run. */
  flush(): void | Promise<void> {
    for (const run of [...this.runs.values()]) if (run.idle) this.#end(run);
  }

  /** A run has its first event. */
  protected abstract opened(run: ObservedRun): void;
  /** An event was counted. */
  protected abstract observed<Name extends EventName>(name: Name, event: EventMap[Name], run: ObservedRun): void;
  /** The root of a run has ended. */
  protected abstract ended(run: ObservedRun): void;

  /** Shows nothing more. */
  protected abstract stop(): void;

  /** Does what a timer or a signal asks for; if that fails, the showing ends and the program goes on. */
  protected guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.stop();
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.emitWarning(`ProgressCallback stopped: ${what}`, { code: 'HYPERNODES_CALLBACK_FAILED' });
    }
  }

  #runOf(runId: string): ObservedRun {
    let run = this.runs.get(runId);
    if (run === undefined) {
      run = new ObservedRun(runId);
      this.runs.set(runId, run);
      this.opened(run);
    }
    this.#latest = run;
    return run;
  }

  #end(run: ObservedRun): void {
    this.runs.delete(run.tally.runId);
    if (this.#latest === run) this.#latest = undefined;
    this.ended(run);
  }
}
