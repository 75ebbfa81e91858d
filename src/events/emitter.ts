import type { RunContext } from './context.ts';
import { EVENT_NAMES } from './event-names.ts';
import { type IdleCallback, idleIn } from './idle-callback.ts';
import { type CountingCallback, countItems, ITEM_EVENTS, type ItemCounter, UNCOUNTED } from './item-counter.ts';
import type { Callback, EventMap, EventName, MapStartEvent, NodeStartEvent, RunEvent } from './types.ts';

const reported = new WeakSet<Callback>();

/** Tells once, as a process warning, that a callback failed: observers never disturb what they observe. */
function report(callback: Callback, method: string, error: unknown): void {
  if (reported.has(callback)) return;
  reported.add(callback);
  const name = callback.constructor?.name ?? 'callback';
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.emitWarning(`${name}.${method} failed and is ignored from now on in reports: ${what}`, {
    code: 'HYPERNODES_CALLBACK_FAILED',
  });
}

const ignoreRejection = (callback: Callback, method: string, result: unknown): void => {
  if (result instanceof Promise) result.catch((error) => report(callback, method, error));
};

/** Delivers the events of one root run to one list of callbacks. */
export class Emitter {
  readonly callbacks: readonly Callback[];
  readonly context: RunContext;
  #wrappers: readonly Callback[] = [];
  #hearsNodes = false;
  /** Everybody who wants to know what happens in the items of maps, if they all can count it; otherwise `undefined`. */
  #counting: readonly (Callback & CountingCallback)[] | undefined;
  /** A map, because an object would get a hidden class for each set of events, and the code of `emit` with it. */
  readonly #listeners = new Map<EventName, readonly Callback[]>();

  constructor(callbacks: readonly Callback[], context: RunContext) {
    this.callbacks = callbacks;
    this.context = context;
    this.#listen(callbacks);
  }

  #listen(callbacks: readonly Callback[]): void {
    this.#listeners.clear();
    for (const name of EVENT_NAMES) {
      const listening = callbacks.filter((callback) => typeof callback[name] === 'function');
      if (listening.length > 0) this.#listeners.set(name, listening);
    }
    this.#wrappers = callbacks.filter((callback) => typeof callback.wrapNode === 'function');
    const inItems = callbacks.filter((callback) => ITEM_EVENTS.some((name) => typeof callback[name] === 'function'));
    this.#counting = !this.wraps && inItems.every(canCount) ? inItems : undefined;
    this.#hearsNodes = this.wraps || inItems.length > 0 || callbacks.some(({ companion }) => companion !== undefined);
  }

  /** Leaves out from now on who, after the root has started, knows that nothing of this run concerns it. */
  leaveOutIdle(): void {
    const busy = this.callbacks.filter((callback) => !isIdle(callback, this.context.runId));
    if (busy.length < this.callbacks.length) this.#listen(busy);
  }

  /** Whether anybody wants to know of nodes, or to be around them. */
  get hearsNodes(): boolean {
    return this.#hearsNodes;
  }

  /** Whether anybody wants this event; if not, it need not be made. */
  wants(name: EventName): boolean {
    return this.#listeners.has(name);
  }

  /** Whether some callback wants to be around node functions. */
  get wraps(): boolean {
    return this.#wrappers.length > 0;
  }

  /** Hands the event to each callback in order; a throwing one is reported once and the others still get it. */
  emit<Name extends EventName>(name: Name, event: EventMap[Name]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) return;
    this.context.enter(event.path, event.depth);
    for (const callback of listeners) {
      try {
        const deliver = callback[name] as (event: EventMap[Name], context: RunContext) => unknown;
        ignoreRejection(callback, name, deliver.call(callback, event, this.context));
      } catch (error) {
        report(callback, name, error);
      }
    }
  }

  /**
   * What a map calls instead of making events for its items; `undefined` when somebody wants the events.
   *
   * @param nodes Names of the nodes of an item.
   */
  itemCounter(map: MapStartEvent, nodes: readonly string[]): ItemCounter | undefined {
    if (this.#counting === undefined) return undefined;
    let counter = UNCOUNTED;
    for (const callback of this.#counting) {
      const own = countedBy(callback, map, nodes);
      // Two that count in different places are rare; events serve them both.
      if (own === undefined || (counter !== UNCOUNTED && counter !== own)) return undefined;
      counter = own;
    }
    return counter;
  }

  /** What goes along with work that belongs to the span of this event and is sent elsewhere. */
  companions(event: Pick<RunEvent, 'runId' | 'spanId' | 'parentSpanId'>): Callback[] {
    return companionsOf(this.callbacks, event);
  }

  /** Calls `run` inside every callback that wants to be around it, the first one outermost; what `run` gives stays what it is. */
  wrapNode<T>(event: NodeStartEvent, run: () => T): T {
    return this.#wrappers.reduceRight<() => T>((inner, callback) => () => wrapped(callback, event, inner), run)();
  }
}

function isIdle(callback: Callback & IdleCallback, runId: string): boolean {
  try {
    return callback[idleIn]?.(runId) === true;
  } catch (error) {
    report(callback, 'idleIn', error);
    return false;
  }
}

const canCount = (callback: Callback): callback is Callback & CountingCallback => countItems in callback;

function countedBy(callback: CountingCallback, map: MapStartEvent, nodes: readonly string[]): ItemCounter | undefined {
  try {
    return callback[countItems](map, nodes);
  } catch (error) {
    report(callback as Callback, 'countItems', error);
    return undefined;
  }
}

/** What these callbacks send along with work of the span of this event; one that fails sends nothing. */
export function companionsOf(
  callbacks: readonly Callback[],
  event: Pick<RunEvent, 'runId' | 'spanId' | 'parentSpanId'>,
): Callback[] {
  return callbacks.flatMap((callback) => {
    try {
      return callback.companion?.(event) ?? [];
    } catch (error) {
      report(callback, 'companion', error);
      return [];
    }
  });
}

/** A callback that fails, or that does not do what it should, changes nothing about what the node does. */
function wrapped<T>(callback: Callback, event: NodeStartEvent, run: () => T): T {
  let ended: { readonly result: T } | { readonly error: unknown } | undefined;
  try {
    callback.wrapNode?.(event, () => {
      try {
        const result = run();
        ended = { result };
        return result;
      } catch (error) {
        ended = { error };
        throw error;
      }
    });
  } catch (error) {
    const ownFailure = ended === undefined || !('error' in ended) || ended.error !== error;
    if (ownFailure) report(callback, 'wrapNode', error);
  }
  if (ended === undefined) return run();
  if ('error' in ended) throw ended.error;
  return ended.result;
}

/** Longest time that the end of a run waits for a callback, in milliseconds: an exporter without its server must not hang it. */
const LONGEST_FLUSH_MS = 3000;

/** Flushes callbacks at the end of a run; failures are reported, never thrown. `undefined` when there is nothing to wait for. */
export function flushCallbacks(callbacks: Iterable<Callback>): Promise<void> | undefined {
  const pending: Promise<unknown>[] = [];
  for (const callback of callbacks) {
    try {
      const result = callback.flush?.();
      if (result !== undefined) pending.push(flushed(callback, result));
    } catch (error) {
      report(callback, 'flush', error);
    }
  }
  return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined);
}

/** Resolves when the callback has done its part, or has had its time for it. */
function flushed(callback: Callback, result: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      report(callback, 'flush', `not done after ${LONGEST_FLUSH_MS} ms; the run does not wait for it any longer.`);
      resolve();
    }, LONGEST_FLUSH_MS);
    Promise.resolve(result)
      .catch((error) => report(callback, 'flush', error))
      .finally(() => {
        clearTimeout(timer);
        resolve();
      });
  });
}
