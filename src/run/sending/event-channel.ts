import type { EventName, RunEvent } from '../../events/index.ts';
import type { RelayedEvent } from './messages.ts';
import { packing } from './packing.ts';
import { plainError } from './plain-error.ts';

/** Longest time that an event waits for others to be sent with it, in milliseconds, while the thread is not busy. */
const GATHER_MS = 15;
const GATHER_AT_MOST = 512;

/** Sends the events of a job home, many at once, in order. */
export class EventChannel {
  readonly #send: (message: Uint8Array) => void;
  #waiting: RelayedEvent[] = [];
  #sentAt = performance.now();
  #scheduled = false;

  constructor(send: (message: Uint8Array) => void) {
    this.#send = send;
  }

  event(list: number, name: EventName, event: RunEvent): void {
    this.#waiting.push([list, name, event]);
    // A busy thread has no turn in which it could send later.
    if (this.#waiting.length >= GATHER_AT_MOST || performance.now() - this.#sentAt > GATHER_MS) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.flush());
    }
  }

  flush(): void {
    this.#scheduled = false;
    this.#sentAt = performance.now();
    if (this.#waiting.length === 0) return;
    const events = this.#waiting;
    this.#waiting = [];
    this.#send(packEvents(events));
  }
}

function packEvents(events: readonly RelayedEvent[]): Uint8Array {
  try {
    return packing().pack({ events });
  } catch {
    return packing().pack({ events: events.map(portable) });
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
