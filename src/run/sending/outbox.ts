import { END_OF, type EventName, type RunEvent } from '../../events/index.ts';
import { type ItemCounts, portableCounts } from './item-counts.ts';
import type { FinishedItems, RelayedEvent, WorkMessage } from './messages.ts';
import { packing } from './packing.ts';
import { plainError } from './plain-error.ts';

/** Longest time that something waits for what can be sent with it, in milliseconds. */
const GATHER_MS = 15;
/** The same when nobody watches: then all that it is for is not to be lost with its place. */
const UNWATCHED_MS = 200;
const MOST_EVENTS = 512;

const isEnd = new Set(END_OF.values());

/** What goes home with the events of a job, as it is when they do. */
export interface Enclosure {
  counts(): ItemCounts | undefined;
  items(): FinishedItems | undefined;
  /** The items are on their way. */
  sent(): void;
}

/** Sends home what a job has to tell while it works: much at once, in order. */
export class Outbox {
  /** A number for this try of the job. */
  readonly work = Math.random();
  readonly #send: (message: Uint8Array) => void;
  #enclosure: Enclosure | undefined;
  #isStuck = false;
  #gatherMs = GATHER_MS;
  #events: RelayedEvent[] = [];
  #sentAt = performance.now();
  #scheduled: NodeJS.Timeout | undefined;

  constructor(send: (message: Uint8Array) => void) {
    this.#send = send;
  }

  /** From now on this goes along. */
  enclose(enclosure: Enclosure, { isWatched }: { readonly isWatched: boolean }): void {
    this.#enclosure = enclosure;
    if (!isWatched) this.#gatherMs = UNWATCHED_MS;
  }

  event(list: number, name: EventName, event: RunEvent): void {
    // The end of an item goes home together with its results, which come next.
    const waits = this.#enclosure !== undefined && isEnd.has(name);
    if (this.#events.length >= MOST_EVENTS || (!waits && this.#isDue())) this.flush();
    this.#events.push([list, name, event]);
    this.#schedule();
  }

  /** Something is there to be enclosed. A busy thread has no turn in which it could send later. */
  filled(): void {
    if (this.#isDue()) this.flush();
    else this.#schedule();
  }

  /** Sends what there is; without the enclosed items when they go home in another way. */
  flush({ withoutEnclosedItems = false } = {}): void {
    clearTimeout(this.#scheduled);
    this.#scheduled = undefined;
    this.#sentAt = performance.now();
    const counts = this.#enclosure?.counts();
    const items = withoutEnclosedItems || this.#isStuck ? undefined : this.#enclosure?.items();
    if (this.#events.length === 0 && counts === undefined && items === undefined) return;
    const message: WorkMessage = { work: this.work, events: this.#events, counts, items };
    this.#events = [];
    this.#send(this.#pack(message));
  }

  #pack(message: WorkMessage): Uint8Array {
    try {
      const bytes = packing().pack(message);
      if (message.items !== undefined) this.#enclosure?.sent();
      return bytes;
    } catch {
      // Results that cannot travel are what the response will be about.
      if (message.items !== undefined) {
        this.#isStuck = true;
        return this.#pack({ ...message, items: undefined });
      }
      const { events, counts } = message;
      return packing().pack({ ...message, events: events.map(portable), counts: counts && portableCounts(counts) });
    }
  }

  #isDue(): boolean {
    return performance.now() - this.#sentAt > this.#gatherMs;
  }

  #schedule(): void {
    this.#scheduled ??= setTimeout(() => this.flush(), Math.max(0, this.#sentAt + this.#gatherMs - performance.now()));
  }
}

/** An event without the values that cannot travel: it is told all the same. */
function portable(relayed: RelayedEvent): RelayedEvent {
  try {
    packing().pack(relayed);
    return relayed;
  } catch {
    const [list, name, event] = relayed;
    const { inputs, outputs, data, error, ...rest } = event as RunEvent & Readonly<Record<string, unknown>>;
    return [
      list,
      name,
      {
        ...rest,
        ...(error === undefined ? {} : { error: plainError(error) }),
        ...(inputs === undefined ? {} : { inputs: {} }),
      } as RunEvent,
    ];
  }
}
