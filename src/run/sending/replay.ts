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

const isEnd = new Set(END_OF.values());

/** Tells the callbacks at home what happened elsewhere, as if it had happened here. */
export class Replay {
  readonly #root: RootRun;
  readonly #emitters: readonly Emitter[];
  readonly #place: ReplayPlace;
  /** Numbers of spans there and here. */
  readonly #spans = new Map<number, number>();
  #over = false;
  #toldError = false;
  #toldItem = false;
  readonly #open = new Map<number, { readonly list: number; readonly start: EventName; readonly event: AnyEvent }>();

  constructor(root: RootRun, emitters: readonly Emitter[], place: ReplayPlace) {
    this.#root = root;
    this.#emitters = emitters;
    this.#place = place;
  }

  /** Whether something that failed there was told here. */
  get toldError(): boolean {
    return this.#toldError;
  }

  /** Whether anything was told of an item of a map there. */
  get toldItem(): boolean {
    return this.#toldItem;
  }

  take(events: readonly RelayedEvent[]): void {
    // What a place says after it was given up comes too late: everything has ended here.
    if (this.#over) return;
    for (const [list, name, event] of events) this.#tell(list, name, this.#asHere(event));
  }

  /** Ends what a place that is lost, or no longer waited for, left open, innermost first. */
  abandon(error: unknown): void {
    this.#over = true;
    for (const { list, start, event } of [...this.#open.values()].reverse()) {
      const time = Date.now();
      // What was in progress when the place ended is what failed.
      if (error instanceof RemoteError && !this.#root.hasTold(error)) {
        this.#root.told(error);
        this.#tell(list, 'onError', { ...event, time, error } as AnyEvent);
      }
      const end = { attempt: 1, failed: 0, ...event, time, durationMs: Math.max(0, time - event.time), error };
      this.#tell(list, END_OF.get(start)!, end as AnyEvent);
    }
  }

  #tell(list: number, name: EventName, event: AnyEvent): void {
    if (name === 'onMapItemStart') this.#toldItem = true;
    if (END_OF.has(name)) this.#open.set(event.spanId, { list, start: name, event });
    else if (isEnd.has(name)) this.#open.delete(event.spanId);
    else if (name === 'onError') this.#toldError = true;
    this.#emitters[list]?.emit(name, event as never);
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
