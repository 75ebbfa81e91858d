import type { Callback, EventName, RunContext, RunEvent } from '../../events/index.ts';
import { type Reduction, reduce } from '../../graph/index.ts';
import type { Outbox } from './outbox.ts';

/** Under which the context of a run that was sent here knows its way home. */
const outboxKey = Symbol('hypernodes.outbox');

/** Stands, where a job is done, for a list of callbacks that stayed at home. */
export class Relay {
  readonly #list: number;
  readonly #events: readonly EventName[];
  readonly #ignoresValues: boolean;

  constructor(list: number, events: readonly EventName[], ignoresValues: boolean) {
    this.#list = list;
    this.#events = events;
    this.#ignoresValues = ignoresValues;
    const methods: Partial<Record<EventName, (event: RunEvent, context: RunContext) => void>> = {};
    for (const name of events) {
      methods[name] = (event, context) => {
        const told = ignoresValues ? withoutValues(event) : event;
        context.get<Outbox>(outboxKey)?.event(list, name, told);
      };
    }
    Object.assign(this, methods as Callback);
  }

  [reduce](): Reduction {
    return { module: 'hypernodes', export: 'pipeline.relay', args: [this.#list, this.#events, this.#ignoresValues] };
  }
}

/** Values can be large, and the same one may be an input of a thousand events. */
function withoutValues(event: RunEvent): RunEvent {
  const { inputs, outputs, ...rest } = event as RunEvent & { readonly inputs?: object; readonly outputs?: object };
  return inputs === undefined ? rest : ({ ...rest, inputs: {} } as RunEvent);
}

/** Lets the relays of a run find their way home. */
export function connect(context: RunContext, outbox: Outbox): void {
  context.set(outboxKey, outbox);
}
