import type { Plan, Step } from '../graph/index.ts';

/** In place of the number of steps that a step waits for: it has ended. */
const OVER = -1;
/** In its place, too, or below it, because the others still end: it can never run, because one of them failed. */
const LOST = -2;

/** Which steps of a plan may run: each when all that it takes is there. Counts for every step what it still waits for. */
export class Readiness {
  readonly #plan: Plan;
  readonly #waitsFor: number[];
  /** Indexes of steps that wait for nothing, in the order in which they came to that. */
  readonly #ready: number[] = [];
  /** Position in `#ready` of the first one that was not begun. */
  #head = 0;
  /** Number of steps that have not ended and still can. */
  #remaining: number;

  /** Everything before step `from` has ended, and that one is begun when `fromBegan`. */
  constructor(plan: Plan, from: number, fromBegan: boolean) {
    const { steps, dependencyCounts, consumers, consumerStart } = plan;
    const waitsFor = dependencyCounts.slice();
    for (let edge = 0, end = consumerStart[from]!; edge < end; edge++) waitsFor[consumers[edge]!]!--;
    if (from > 0) waitsFor.fill(OVER, 0, from);
    for (let index = fromBegan ? from + 1 : from; index < steps.length; index++) {
      if (waitsFor[index] === 0) this.#ready.push(index);
    }
    this.#plan = plan;
    this.#waitsFor = waitsFor;
    this.#remaining = steps.length - from;
  }

  /** Whether no step is left that can run. */
  get isOver(): boolean {
    return this.#remaining === 0;
  }

  /** The step that should begin next, if any may. */
  get next(): Step | undefined {
    return this.#head < this.#ready.length ? this.#plan.steps[this.#ready[this.#head]!] : undefined;
  }

  /** Takes note that `next` was begun. */
  began(): void {
    this.#head++;
  }

  /** Takes note that a step ended well. */
  ended({ index }: Step): void {
    const waitsFor = this.#waitsFor;
    const { consumers, consumerStart } = this.#plan;
    waitsFor[index] = OVER;
    this.#remaining--;
    for (let edge = consumerStart[index]!, end = consumerStart[index + 1]!; edge < end; edge++) {
      const consumer = consumers[edge]!;
      if (--waitsFor[consumer]! === 0) this.#ready.push(consumer);
    }
  }

  /** Takes note that a step failed: neither it nor what depends on it can run any more. */
  failed({ index: from }: Step): void {
    const waitsFor = this.#waitsFor;
    const { consumers, consumerStart } = this.#plan;
    const dropped = new Set([from]);
    for (const index of dropped) {
      for (let edge = consumerStart[index]!, end = consumerStart[index + 1]!; edge < end; edge++) {
        const consumer = consumers[edge]!;
        if (waitsFor[consumer]! > LOST) dropped.add(consumer);
      }
    }
    for (const index of dropped) waitsFor[index] = LOST;
    this.#remaining -= dropped.size;
  }

  /** Whether the step at this index has failed, or can't run because of one that did. */
  isLost(index: number): boolean {
    return this.#waitsFor[index]! <= LOST;
  }

  /** Steps that were begun and have not ended. */
  inProgress(): Step[] {
    const waiting = new Set(this.#ready.slice(this.#head));
    return this.#plan.steps.filter(({ index }) => this.#waitsFor[index] === 0 && !waiting.has(index));
  }
}
