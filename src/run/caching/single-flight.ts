import type { Cache } from '../../cache/index.ts';

/** Executions in progress by signature: two equal ones at once run once. */
export class Flights {
  readonly #flying = new Map<string, Promise<unknown>>();

  /** Whether none is in progress. */
  get isIdle(): boolean {
    return this.#flying.size === 0;
  }

  get(signature: string): Promise<unknown> | undefined {
    return this.isIdle ? undefined : this.#flying.get(signature);
  }

  start(signature: string, flight: Promise<unknown>): void {
    this.#flying.set(signature, flight);
    const land = (): void => {
      this.#flying.delete(signature);
    };
    flight.then(land, land);
  }
}

const perCache = new WeakMap<Cache, Flights>();

/** Executions in progress in this process whose results go to this cache. */
export function flightsOf(cache: Cache): Flights {
  let flights = perCache.get(cache);
  if (flights === undefined) {
    flights = new Flights();
    perCache.set(cache, flights);
  }
  return flights;
}
