import type { GroupTally } from '../../events/index.ts';
import type { Clock } from './describe-node.ts';
import { RateMeter } from './rate-meter.ts';

/** Remembers how fast each map goes from one painting to the next. */
export class RunClock {
  readonly #meters = new WeakMap<GroupTally, RateMeter>();

  /** @param now Milliseconds since the epoch. */
  at(now: number): Clock {
    return { now, rate: (group) => this.#meterOf(group).rate(group.itemsFinished, now) };
  }

  #meterOf(group: GroupTally): RateMeter {
    let meter = this.#meters.get(group);
    if (meter === undefined) {
      meter = new RateMeter(group.startedAt);
      this.#meters.set(group, meter);
    }
    return meter;
  }
}
