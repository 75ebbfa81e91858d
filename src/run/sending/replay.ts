import { RemoteError } from '../../errors.ts';
import { type Emitter, END_OF, type EventMap, type EventName, type RunEvent } from '../../events/index.ts';
import type { RootRun } from '../scope.ts';
import type { RelayedEvent } from './messages.ts';

/** Where the events of a job belong among those of the run at home. */
export interface ReplayPlace {
  /** Span that the job's own spans lie in. */
  readonly parentSpan: number | undefined;
  /** Depth of what the job runs, at home. */
  readonly depth: number;
}

type AnyEvent = EventMap[EventName];

/** Something whose start was told, and whose end was not. */
interface OpenSpan {
  readonly list: number;
  readonly start: EventName;
  readonly event: AnyEvent;
}

/** What was in progress where a place was lost and will begin again elsewhere, by {@link keyOf}. */
export type LeftOpen = Map<string, OpenSpan>;

/** A node and the pipeline that it is have the same path. */
const keyOf = (start: EventName, path: string): string => `${start} ${path}`;
const isWithin = (path: string, outer: string): boolean => path === outer || path.startsWith(`${outer} > `);

const isEnd = new Set(END_OF.values());

/**
 * Tells the callbacks at home what happened elsewhere, as if it had happened here.
 *
 * What begins again because its place was lost is not told again: its start is that of the first time.
 */
export class Replay {
  readonly #root: RootRun;
  readonly #emitters: readonly Emitter[];
  readonly #place: ReplayPlace;
  readonly #left: LeftOpen;
  readonly #open = new Map<number, OpenSpan>();
  /** Items whose end was told in this try, and in those before it. */
  readonly #ended = new Set<number>();
  readonly #endedBefore: Set<number>;
  /** Spans there that are told of already. */
  readonly #muted = new Set<number>();
  /** Numbers of spans there and here. */
  readonly #spans = new Map<number, number>();
  #work: number | undefined;
  #over = false;
  #toldError = false;

  /**
   * @param before.left Shared by all jobs that may go on with what another one left.
   * @param before.ended Indexes of items of which everything was told.
   */
  constructor(
    root: RootRun,
    emitters: readonly Emitter[],
    place: ReplayPlace,
    before: { readonly left?: LeftOpen; readonly ended?: Iterable<number> } = {},
  ) {
    this.#root = root;
    this.#emitters = emitters;
    this.#place = place;
    this.#left = before.left ?? new Map();
    this.#endedBefore = new Set(before.ended);
  }

  /** Whether something that failed there was told here. */
  get toldError(): boolean {
    return this.#toldError;
  }

  /** Indexes of the items whose end was told. */
  get ended(): ReadonlySet<number> {
    return this.#ended;
  }

  take(work: number, events: readonly RelayedEvent[]): void {
    // What a place says after it was given up comes too late: everything has ended here.
    if (this.#over) return;
    if (this.#work !== work) this.leave();
    this.#work = work;
    for (const [list, name, event] of events) {
      if (this.#isMuted(name, event) || (this.#left.size > 0 && this.#resumes(name, event))) continue;
      this.#tell(list, name, this.#asHere(event), event.parentSpanId === undefined);
    }
  }

  /** What is in progress there will begin again. */
  leave(): void {
    for (const open of this.#open.values()) this.#left.set(keyOf(open.start, open.event.path), open);
    for (const index of this.#ended) this.#endedBefore.add(index);
    this.#open.clear();
    this.#spans.clear();
    this.#muted.clear();
  }

  /** Ends an item that is lost for good, with what is open in it; gives whether it was told of before. */
  endLost(path: string, error: unknown): boolean {
    const isOwn = ({ event }: OpenSpan): boolean => isWithin(event.path, path);
    const spans = [...this.#left.values()]
      .filter(isOwn)
      .reverse()
      .concat([...this.#open.values()].filter(isOwn).reverse());
    for (const open of spans) {
      const isItem = open.start === 'onMapItemStart' && open.event.path === path;
      if (isItem) this.#tellError(open, error);
      this.#end(open, error);
    }
    return spans.length > 0;
  }

  /** Ends what a place that is lost, or no longer waited for, left open, innermost first. */
  abandon(error: unknown): void {
    this.#over = true;
    for (const open of [...this.#open.values(), ...this.#left.values()].reverse()) {
      // What was in progress when the place ended is what failed.
      if (error instanceof RemoteError) this.#tellError(open, error);
      this.#end(open, error);
    }
  }

  #tellError({ list, event }: OpenSpan, error: unknown): void {
    if (this.#root.hasTold(error)) return;
    this.#root.told(error);
    this.#emit(list, 'onError', { ...event, time: Date.now(), error } as AnyEvent);
  }

  #end({ list, start, event }: OpenSpan, error: unknown): void {
    const time = Date.now();
    const durationMs = Math.max(0, time - event.time);
    this.#open.delete(event.spanId);
    this.#left.delete(keyOf(start, event.path));
    const isItem = start === 'onMapItemStart';
    const end = { attempt: 1, failed: 0, ...(isItem ? { cached: false } : {}), ...event, time, durationMs, error };
    this.#emit(list, END_OF.get(start)!, end as AnyEvent);
  }

  #tell(list: number, name: EventName, event: AnyEvent, isOutermost: boolean): void {
    if (END_OF.has(name)) this.#open.set(event.spanId, { list, start: name, event });
    else if (isEnd.has(name)) {
      for (const left of [...this.#left.values()].reverse()) {
        // The second time something else happened in it.
        if (isWithin(left.event.path, event.path)) this.#end(left, undefined);
      }
      this.#open.delete(event.spanId);
      if (name === 'onMapItemEnd' && isOutermost) this.#ended.add((event as EventMap['onMapItemEnd']).index);
    } else if (name === 'onError') this.#toldError = true;
    this.#emit(list, name, event);
  }

  #emit(list: number, name: EventName, event: AnyEvent): void {
    this.#emitters[list]?.emit(name, event as never);
  }

  /** Whether it lies in an item of which everything was told before. */
  #isMuted(name: EventName, event: RunEvent): boolean {
    if (this.#endedBefore.size === 0) return false;
    const { spanId, parentSpanId } = event;
    const isMuted =
      parentSpanId === undefined
        ? name === 'onMapItemStart' && this.#endedBefore.has((event as EventMap['onMapItemStart']).index)
        : this.#muted.has(parentSpanId);
    if (isMuted) this.#muted.add(spanId);
    return isMuted || this.#muted.has(spanId);
  }

  /** Whether it tells again of something that began before its place was lost. */
  #resumes(name: EventName, event: RunEvent): boolean {
    const open = this.#left.get(keyOf(name, event.path));
    if (open !== undefined) {
      this.#left.delete(keyOf(name, event.path));
      this.#spans.set(event.spanId, open.event.spanId);
      this.#open.set(open.event.spanId, open);
      return true;
    }
    // It had ended, and its result was stored, before its place could say so.
    const started = name === 'onNodeCached' ? this.#left.get(keyOf('onNodeStart', event.path)) : undefined;
    if (started !== undefined) this.#end(started, undefined);
    return started !== undefined;
  }

  #asHere(event: RunEvent): AnyEvent {
    const { parentSpan, depth } = this.#place;
    return {
      ...event,
      runId: this.#root.id,
      spanId: this.#spanOf(event.spanId),
      parentSpanId: event.parentSpanId === undefined ? parentSpan : this.#spanOf(event.parentSpanId),
      depth: event.depth + depth,
    } as AnyEvent;
  }

  #spanOf(there: number): number {
    let here = this.#spans.get(there);
    if (here === undefined) {
      here = this.#root.nextSpan();
      this.#spans.set(there, here);
    }
    return here;
  }
}
