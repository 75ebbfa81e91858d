import type { PendingCall } from './pending-call.ts';
import type { WorkUnit } from './work-unit.ts';

/** A call of a unit. */
interface HeldCall {
  readonly call: PendingCall;
  readonly unit: WorkUnit;
}

/** The units that were sent to one container and not answered, in the order in which it begins them. */
export class HeldUnits implements Iterable<WorkUnit> {
  readonly #lanes: number;
  readonly #units = new Set<WorkUnit>();
  readonly #byNumber = new Map<number, HeldCall>();
  #lastNumber = 0;
  #bytes = 0;

  /** @param lanes Units that run at once. */
  constructor(lanes: number) {
    this.#lanes = lanes;
  }

  get size(): number {
    return this.#units.size;
  }

  /** Units that run. */
  get running(): number {
    return Math.min(this.#units.size, this.#lanes);
  }

  /** Units that wait for others, as far as is known here. */
  get waiting(): number {
    return Math.max(0, this.#units.size - this.#lanes);
  }

  /** Of all arguments. */
  get bytes(): number {
    return this.#bytes;
  }

  [Symbol.iterator](): Iterator<WorkUnit> {
    return this.#units.values();
  }

  has(unit: WorkUnit): boolean {
    return this.#units.has(unit);
  }

  call(number: number): HeldCall | undefined {
    return this.#byNumber.get(number);
  }

  unitOf(call: PendingCall): WorkUnit | undefined {
    for (const unit of this.#units) if (unit.calls.includes(call)) return unit;
    return undefined;
  }

  add(calls: readonly PendingCall[]): WorkUnit {
    const number = this.#lastNumber + 1;
    this.#lastNumber += calls.length;
    const bytes = calls.reduce((sum, { request }) => sum + request.args.length, 0);
    const unit: WorkUnit = {
      calls,
      number,
      bytes,
      startedAt: undefined,
      open: calls.length,
      isGivenUp: false,
      isRecalled: false,
    };
    this.#units.add(unit);
    this.#bytes += bytes;
    calls.forEach((call, at) => {
      this.#byNumber.set(number + at, { call, unit });
    });
    this.#noteStarts();
    return unit;
  }

  /** A call was answered; gives whether that was the last one of its unit. */
  answered(number: number, unit: WorkUnit): boolean {
    this.#byNumber.delete(number);
    unit.open--;
    if (unit.open > 0) return false;
    this.remove(unit);
    return true;
  }

  remove(unit: WorkUnit): void {
    if (!this.#units.delete(unit)) return;
    this.#bytes -= unit.bytes;
    unit.calls.forEach((_, at) => {
      this.#byNumber.delete(unit.number + at);
    });
    this.#noteStarts();
  }

  /** Whether whatever waits has waited for so many milliseconds at least. */
  isLate(milliseconds: number): boolean {
    if (this.#units.size < this.#lanes) return false;
    const now = performance.now();
    let lanes = this.#lanes;
    for (const { startedAt } of this.#units) {
      if (lanes-- === 0) break;
      if (startedAt === undefined || now - startedAt < milliseconds) return false;
    }
    return true;
  }

  /** First what ran, as far as is known here, then what waited. */
  parted(): { readonly started: readonly WorkUnit[]; readonly waiting: readonly WorkUnit[] } {
    const units = [...this.#units];
    return {
      started: units.filter(({ startedAt }) => startedAt !== undefined),
      waiting: units.filter(({ startedAt }) => startedAt === undefined),
    };
  }

  /** The runner takes units in order: the first ones run. */
  #noteStarts(): void {
    let lanes = this.#lanes;
    for (const unit of this.#units) {
      if (lanes-- === 0) break;
      unit.startedAt ??= performance.now();
    }
  }
}
