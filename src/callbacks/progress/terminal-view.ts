import type { EventMap, EventName, ItemWatcher, RunTally } from '../../events/index.ts';
import type { TextStream } from '../text-sink.ts';
import { drawLines } from './draw-lines.ts';
import { cut } from './fit-text.ts';
import { LiveBlock } from './live-block.ts';
import type { ObservedRun } from './observed-run.ts';
import { outline } from './outline.ts';
import { Pace } from './pace.ts';
import { ProgressView } from './progress-view.ts';
import { RunClock } from './run-clock.ts';
import { listFailures, summarize } from './summary.ts';
import { type TerminalStyle, terminalStyle } from './terminal-style.ts';

/** 15 frames a second at most. */
const FRAME_MS = 1000 / 15;
/** Painting may take this share of the time; trees that take longer to draw are drawn less often. */
const MOST_SHARE = 0.03;
const LONGEST_PAUSE_MS = 1000;
/** What stays in the terminal after a run may be longer than a small one is high. */
const FINAL_LINES = 20;
/** The timer does not get its turn while synchronous nodes follow each other; then events paint, this seldom. */
const STARVED_MS = 250;

/** A live tree at the bottom of a terminal. */
export class TerminalView extends ProgressView {
  readonly #block: LiveBlock;
  readonly #stream: TextStream;
  readonly #style: TerminalStyle;
  readonly #clock = new RunClock();
  readonly #onResize = (): void => this.guarded(() => this.#paint(Date.now()));
  #timer: NodeJS.Timeout | undefined;
  #paintedAt = 0;
  #pauseMs = FRAME_MS;
  #lastCostMs = 0;

  constructor(stream: TextStream) {
    super();
    this.#stream = stream;
    this.#block = new LiveBlock(stream);
    this.#style = terminalStyle(process.env, stream.isTTY === true);
  }

  protected override opened(): void {
    if (this.#block.isOpen || this.#block.broken) return;
    this.#block.open(() => this.guarded(() => this.#leave()));
    this.#stream.on?.('resize', this.#onResize);
    this.#paintedAt = Date.now();
    this.#timer = setInterval(() => this.guarded(() => this.#paintIfDue(this.#pauseMs)), FRAME_MS);
    // A program that has nothing else to do ends.
    this.#timer.unref();
  }

  protected override observed<Name extends EventName>(_name: Name, event: EventMap[Name]): void {
    this.#paintIfStarved(event.time);
  }

  protected override watch(): ItemWatcher {
    const pace = new Pace();
    return {
      look: () => {
        const now = Date.now();
        this.#paintIfStarved(now);
        return pace.next(now);
      },
      nodeFailed() {},
      nodeRetried() {},
    };
  }

  protected override ended({ tally }: ObservedRun): void {
    if (!this.#block.isOpen) return;
    const last = this.runs.size === 0;
    this.#block.paint(last ? [] : this.#frame(Date.now()));
    this.#block.print(this.#finalLines(tally));
    if (last) this.#close();
  }

  protected override stop(): void {
    this.#close();
  }

  #finalLines(tally: RunTally): string[] {
    const now = Date.now();
    const { columns, rows } = this.#block;
    const failures = listFailures(tally).map((line) => cut(`${this.#style.marks.failed} ${line}`, columns));
    const height = Math.max(FINAL_LINES, rows - 2) - failures.length;
    const tree = drawLines(outline([tally], this.#clock.at(now), height, true), { columns, style: this.#style, now });
    return [
      ...tree,
      ...failures.map((line) => this.#style.state.failed(line)),
      this.#style.quiet(cut(summarize(tally), columns)),
    ];
  }

  #paintIfStarved(now: number): void {
    if (now - this.#paintedAt > STARVED_MS) this.#paintIfDue(Math.max(STARVED_MS, this.#pauseMs));
  }

  #paintIfDue(pauseMs: number): void {
    const now = Date.now();
    if (now - this.#paintedAt >= pauseMs - 1) this.#paint(now);
  }

  #paint(now: number): void {
    this.#paintedAt = now;
    if (this.#block.broken) this.#close();
    if (!this.#block.isOpen || !this.#block.ready) return;
    const before = performance.now();
    this.#block.paint(this.#frame(now));
    const costMs = performance.now() - before;
    // A single slow frame says nothing: the first one compiles, another one meets the garbage collector.
    const pauseMs = Math.min(costMs, this.#lastCostMs) / MOST_SHARE;
    this.#lastCostMs = costMs;
    this.#pauseMs = Math.min(Math.max(FRAME_MS, pauseMs), LONGEST_PAUSE_MS);
  }

  #frame(now: number): string[] {
    const { columns, rows } = this.#block;
    const tallies = [...this.runs.values()].map(({ tally }) => tally);
    return drawLines(outline(tallies, this.#clock.at(now), rows - 1, false), { columns, style: this.#style, now });
  }

  /** The process ends in the middle of a run. */
  #leave(): void {
    this.#paint(Date.now());
    this.#close();
  }

  #close(): void {
    clearInterval(this.#timer);
    this.#stream.off?.('resize', this.#onResize);
    this.#block.close();
  }
}
