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
  readonly #open = new Map<number, { readonly list: number; readonly start: EventName; readonly event: AnyEvent }>();

  constructor(root: RootRun, emitters: readonly Emitter[], place: ReplayPlace) {
    this.#root = root;
    this.#emitters = emitters;
    this.#place = place;
  }

  take(events: readonly RelayedEvent[]): void {
    for (const [list, name, event] of events) this.#tell(list, name, this.#asHere(event));
  }

  /** Ends what a lost place left open, innermost first. */
  abandon(error: unknown): void {
    for (const { list, start, event } of [...this.#open.values()].reverse()) {
      const time = Date.now();
      const end = { attempt: 1, failed: 0, ...event, time, durationMs: Math.max(0, time - event.time), error };
      this.#tell(list, END_OF.get(start)!, end as AnyEvent);
    }
  }

  #tell(list: number, name: EventName, event: AnyEvent): void {
    if (END_OF.has(name)) this.#open.set(event.spanId, { list, start: name, event });
    else if (isEnd.has(name)) this.#open.delete(event.spanId);
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
