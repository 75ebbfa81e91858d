import {
  displaysSent,
  type EventMap,
  type EventName,
  type ItemWatcher,
  type NotebookDisplay,
} from '../../events/index.ts';
import { notebookHtml } from './notebook-html.ts';
import type { ObservedRun } from './observed-run.ts';
import { outline } from './outline.ts';
import { Pace } from './pace.ts';
import { ProgressView } from './progress-view.ts';
import { RunClock } from './run-clock.ts';
import { listFailures, summarize } from './summary.ts';

/** Kernels lose messages that come faster. */
const FRAME_MS = 100;
/** The timer does not get its turn while synchronous nodes follow each other; then events paint, this seldom. */
const STARVED_MS = FRAME_MS * 3;
const MOST_LINES = 60;

/** A table in the output of a notebook cell, one for each run. */
export class NotebookView extends ProgressView {
  readonly #makeDisplay: () => NotebookDisplay;
  readonly #displays = new Map<ObservedRun, NotebookDisplay>();
  readonly #clock = new RunClock();
  #timer: NodeJS.Timeout | undefined;
  #paintedAt = 0;

  constructor(makeDisplay: () => NotebookDisplay) {
    super();
    this.#makeDisplay = makeDisplay;
  }

  override async flush(): Promise<void> {
    super.flush();
    await displaysSent();
  }

  protected override opened(run: ObservedRun): void {
    // Now, because a display belongs to the cell that runs when it is made.
    this.#displays.set(run, this.#makeDisplay());
    this.#timer ??= setInterval(() => this.guarded(() => this.#paint()), FRAME_MS).unref();
  }

  protected override observed<Name extends EventName>(_name: Name, event: EventMap[Name]): void {
    if (event.time - this.#paintedAt > STARVED_MS) this.#paint();
  }

  protected override watch(): ItemWatcher {
    const pace = new Pace();
    return {
      look: () => {
        const now = Date.now();
        if (now - this.#paintedAt > STARVED_MS) this.#paint();
        return pace.next(now);
      },
      nodeFailed() {},
      nodeRetried() {},
    };
  }

  protected override ended(run: ObservedRun): void {
    const { tally } = run;
    const lines = outline([tally], this.#clock.at(Date.now()), MOST_LINES, true);
    this.#displays.get(run)?.(notebookHtml(lines, [...listFailures(tally), summarize(tally)]));
    this.#displays.delete(run);
    if (this.#displays.size === 0) this.stop();
  }

  protected override stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #paint(): void {
    const now = Date.now();
    if (now - this.#paintedAt < FRAME_MS - 1) return;
    this.#paintedAt = now;
    for (const [{ tally }, display] of this.#displays) {
      display(notebookHtml(outline([tally], this.#clock.at(now), MOST_LINES, false), []));
    }
  }
}
