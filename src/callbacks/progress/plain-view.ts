import {
  type EventMap,
  type EventName,
  type FailedAttempt,
  formatCount,
  formatDuration,
  type GroupTally,
  type ItemWatcher,
  isAbort,
  type MapStartEvent,
  type RunEvent,
} from '../../events/index.ts';
import { TextSink, type TextStream } from '../text-sink.ts';
import { describeError } from './describe-error.ts';
import { stateOfGroup } from './describe-node.ts';
import { oneLine } from './fit-text.ts';
import type { ObservedRun } from './observed-run.ts';
import { ProgressView } from './progress-view.ts';
import { listFailures, summarize } from './summary.ts';

const MILESTONES = [10, 25, 50, 75, 100];
/** Failures and retries that are told one by one; more are only counted. */
const MOST_TOLD = 10;
/** Some build servers end a job that is silent; milliseconds. */
const SILENCE_MS = 30_000;
const AFTER_ITEM = /\[\d+\](?= > |$)/;

interface RunNotes {
  /** Milestones of each map that have been told. */
  readonly told: WeakMap<GroupTally, number>;
  failures: number;
  retries: number;
}

/** One line for each change, and for each milestone of a map; no escape codes. */
export class PlainView extends ProgressView {
  readonly #sink: TextSink;
  readonly #notes = new WeakMap<ObservedRun, RunNotes>();
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: TextStream) {
    super();
    this.#sink = new TextSink(stream);
  }

  protected override opened(run: ObservedRun): void {
    this.#notes.set(run, { told: new WeakMap(), failures: 0, retries: 0 });
    this.#timer ??= setInterval(() => this.guarded(() => this.#stillRunning()), SILENCE_MS).unref();
  }

  protected override ended({ tally }: ObservedRun): void {
    const name = tally.roots.map((root) => root.name).join(', ');
    for (const line of listFailures(tally)) this.#tell(`failed: ${line}`);
    this.#tell(
      `${name}: ${tally.roots.map(stateOfGroup).find((state) => state !== 'done' && state !== 'cached') ?? 'done'}, ${summarize(tally)}`,
    );
    if (this.runs.size === 0) this.stop();
  }

  protected override stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  protected override observed<Name extends EventName>(name: Name, event: EventMap[Name], run: ObservedRun): void {
    const tell = TELLERS[name] as
      | ((event: EventMap[Name], run: ObservedRun, notes: RunNotes) => string | undefined)
      | undefined;
    this.#tellIf(tell?.(event, run, this.#notes.get(run)!));
  }

  protected override watch(map: MapStartEvent, group: GroupTally, run: ObservedRun): ItemWatcher {
    const notes = this.#notes.get(run)!;
    return {
      look: () => {
        this.#tellIf(milestone(map.path, group, { time: Date.now(), told: notes.told }));
        return itemsToNextMilestone(group);
      },
      nodeFailed: (path, error) => this.#tellIf(failure(path, error, notes)),
      nodeRetried: (path, attempt) => this.#tellIf(retry(path, attempt, notes)),
    };
  }

  #tellIf(line: string | undefined): void {
    if (line !== undefined) this.#tell(line);
  }

  #tell(line: string): void {
    this.#sink.write(`${oneLine(line)}\n`);
    this.#timer?.refresh();
  }

  #stillRunning(): void {
    for (const { tally } of this.runs.values()) {
      for (const root of tally.roots) {
        this.#tell(`${root.name}: still running after ${formatDuration(Date.now() - root.startedAt)}`);
      }
    }
  }
}

type Tellers = {
  readonly [Name in EventName]?: (event: EventMap[Name], run: ObservedRun, notes: RunNotes) => string | undefined;
};

/** Whether the event lies in an item of a map, whose progress is told as a whole. */
const isInItem = (event: RunEvent): boolean => AFTER_ITEM.test(event.path);

const inPlace = (place: string | undefined): string => (place === undefined ? '' : ` [${place}]`);

const TELLERS: Tellers = {
  onPipelineStart: (event) => (isInItem(event) ? undefined : `${event.path}: started${inPlace(event.place)}`),
  onMapStart: (event) => {
    if (isInItem(event)) return undefined;
    const items = event.total === undefined ? 'a stream of items' : `${formatCount(event.total)} items`;
    return `${event.path}: started, ${items}${inPlace(event.place)}`;
  },
  onMapItemEnd: (event, { tally }, { told }) => {
    const group = tally.groupOf(event.parentSpanId);
    return group && milestone(event.path.replace(/\[\d+\]$/, ''), group, { time: event.time, told });
  },
  onMapEnd: (event) => {
    if (isInItem(event) || event.parentSpanId === undefined) return undefined;
    const failed = event.failed > 0 ? `, ${formatCount(event.failed)} failed` : '';
    const how = event.error === undefined ? 'done' : 'failed';
    return `${event.path}: ${how}, ${formatCount(event.total)} items${failed} in ${formatDuration(event.durationMs)}`;
  },
  onPipelineEnd: (event) => {
    if (isInItem(event) || event.parentSpanId === undefined) return undefined;
    return `${event.path}: ${event.error === undefined ? 'done' : 'failed'} in ${formatDuration(event.durationMs)}`;
  },
  onNodeEnd: (event, _run, notes) => {
    if (event.nested) return undefined;
    if (event.error !== undefined) {
      if (isInItem(event)) return failure(event.path, event.error, notes);
      const how = isAbort(event.error) ? 'aborted' : 'failed';
      return `${event.path}: ${how} after ${formatDuration(event.durationMs)}: ${describeError(event.error)}`;
    }
    return isInItem(event) ? undefined : `${event.path}: done in ${formatDuration(event.durationMs)}`;
  },
  onNodeCached: (event) => {
    if (isInItem(event)) return undefined;
    return `${event.path}: cached${event.savedMs === undefined ? '' : `, saved ${formatDuration(event.savedMs)}`}`;
  },
  onNodeRetry: (event, _run, notes) => {
    return retry(event.path, event, isInItem(event) ? notes : undefined);
  },
};

/** A node that failed in an item; the end of the map says enough about those that were stopped. */
function failure(path: string, error: unknown, notes: RunNotes): string | undefined {
  if (isAbort(error) || notes.failures++ >= MOST_TOLD) return undefined;
  return `${path}: failed: ${describeError(error)}`;
}

/** @param notes Absent for a node that runs once: each of its retries is told. */
function retry(path: string, { attempt, delayMs, error }: FailedAttempt, notes: RunNotes | undefined) {
  if (notes !== undefined && notes.retries++ >= MOST_TOLD) return undefined;
  return `${path}: attempt ${attempt} failed, next one in ${formatDuration(delayMs)}: ${describeError(error)}`;
}

/** The share of its items that a map has done, when it is told for the first time. */
function milestone(
  path: string,
  group: GroupTally,
  { time, told }: { readonly time: number; readonly told: RunNotes['told'] },
): string | undefined {
  // A map inside the item of another one is part of that one's progress.
  if (group.itemsTotal === undefined || group.itemsTotal === 0 || AFTER_ITEM.test(path)) return undefined;
  const done = group.itemsFinished;
  const percent = (100 * done) / group.itemsTotal;
  const reached = MILESTONES.findLast((share) => share <= percent) ?? 0;
  if (reached <= (told.get(group) ?? 0)) return undefined;
  told.set(group, reached);
  const ms = time - group.startedAt;
  const parts = [`${path}: ${reached}%`, `${formatCount(done)}/${formatCount(group.itemsTotal)}`];
  if (group.itemsCached > 0) parts.push(`${formatCount(group.itemsCached)} cached`);
  if (group.itemsFailed > 0) parts.push(`${formatCount(group.itemsFailed)} failed`);
  if (ms > 0) parts.push(`${formatCount(Math.round((done * 1000) / ms))}/s`);
  if (done < group.itemsTotal && ms > 0) parts.push(`ETA ${formatDuration((ms / done) * (group.itemsTotal - done))}`);
  return parts.join(', ');
}

function itemsToNextMilestone({ itemsTotal = 0, itemsFinished }: GroupTally): number {
  const next = MILESTONES.map((share) => Math.ceil((itemsTotal * share) / 100)).find((count) => count > itemsFinished);
  return next === undefined ? Number.POSITIVE_INFINITY : next - itemsFinished;
}
