import type { Callback, EventName, RunContext, RunEvent } from '../../events/index.ts';
import { type Reduction, reduce } from '../../graph/index.ts';
import type { EventChannel } from './event-channel.ts';

/** Under which the context of a run that was sent here knows its way home. */
const channelKey = Symbol('hypernodes.eventChannel');

/** Stands, where a job is done, for a list of callbacks that stayed at home. */
export class Relay {
  readonly #list: number;
  readonly #events: readonly EventName[];

  constructor(list: number, events: readonly EventName[]) {
    this.#list = list;
    this.#events = events;
    const methods: Partial<Record<EventName, (event: RunEvent, context: RunContext) => void>> = {};
    for (const name of events) {
      methods[name] = (event, context) => context.get<EventChannel>(channelKey)?.event(list, name, event);
    }
    Object.assign(this, methods as Callback);
  }

  [reduce](): Reduction {
    return { module: 'hypernodes', export: 'pipeline.relay', args: [this.#list, this.#events] };
  }
}

/** Lets the relays of a run find their way home. */
export function connect(context: RunContext, channel: EventChannel): void {
  context.set(channelKey, channel);
}
