import {
  type Callback,
  type EventMap,
  type EventName,
  type GroupTally,
  type ItemCounter,
  ItemTally,
  type ItemWatcher,
  type MapStartEvent,
  type RunContext,
} from '../../events/index.ts';
import { ObservedRun } from './observed-run.ts';

/** Shows runs in one place; shared by all progress callbacks that show theirs in the same place. */
export abstract class ProgressView {
  protected readonly runs = new Map<string, ObservedRun>();
  #latest: ObservedRun | undefined;
  /** The map whose items were last asked to be counted: several callbacks may ask for the same one. */
  #counted: { readonly map: MapStartEvent; readonly counter: ItemCounter } | undefined;
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

  /** Counters for the items of a map whose start was taken. */
  countItems(map: MapStartEvent, nodes: readonly string[]): ItemCounter | undefined {
    if (this.#counted?.map === map) return this.#counted.counter;
    const run = this.runs.get(map.runId);
    const group = run?.tally.groupOf(map.spanId);
    if (run === undefined || group === undefined) return undefined;
    const watcher = this.watch(map, group, run);
    const guarded: ItemWatcher = {
      look: () => this.guarded(() => watcher.look()) ?? Number.POSITIVE_INFINITY,
      nodeFailed: (path, error) => this.guarded(() => watcher.nodeFailed(path, error)),
      nodeRetried: (path, retry) => this.guarded(() => watcher.nodeRetried(path, retry)),
    };
    const counter = new ItemTally(run.tally, group, nodes, guarded);
    this.#counted = { map, counter };
    return counter;
  }

  /** Called at the end of a root run. */
  flush(): void | Promise<void> {
    for (const run of [...this.runs.values()]) if (run.idle) this.#end(run);
  }

  /** A run has its first event. */
  protected abstract opened(run: ObservedRun): void;
  /** An event was counted. */
  protected abstract observed<Name extends EventName>(name: Name, event: EventMap[Name], run: ObservedRun): void;
  /** A map begins whose items are counted without events. */
  protected abstract watch(map: MapStartEvent, group: GroupTally, run: ObservedRun): ItemWatcher;
  /** The root of a run has ended. */
  protected abstract ended(run: ObservedRun): void;

  /** Shows nothing more. */
  protected abstract stop(): void;

  /** Does what a timer, a signal or a counter asks for; if that fails, the showing ends and the program goes on. */
  protected guarded<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.stop();
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.emitWarning(`ProgressCallback stopped: ${what}`, { code: 'HYPERNODES_CALLBACK_FAILED' });
      return undefined;
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
