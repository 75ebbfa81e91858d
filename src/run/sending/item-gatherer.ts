import type { Plan } from '../../graph/index.ts';
import type { SlotDigests } from '../caching/slot-digests.ts';
import type { ItemFailure } from '../map-run.ts';
import type { RootRun } from '../scope.ts';
import type { FinishedItems } from './messages.ts';

/** What was done for the items so far. */
type Done = { readonly executed: number; readonly cached: number };

/** Gathers, where a chunk of items is done, those that are finished and not on their way home yet. */
export class ItemGatherer {
  readonly #outputSlots: readonly number[];
  readonly #hasDigests: boolean;
  readonly #root: RootRun;
  /** What was done for the items that were sent. */
  #before = { executed: 0, cached: 0, collected: 0 };
  #positions: number[] = [];
  #columns: unknown[][] = [];
  #digests: (string | undefined)[][] | undefined;
  #failures: { position: number; error: unknown; path: string }[] = [];

  constructor(plan: Plan, { hasDigests, root }: { readonly hasDigests: boolean; readonly root: RootRun }) {
    this.#outputSlots = plan.outputSlots;
    this.#hasDigests = hasDigests;
    this.#root = root;
    this.#clear();
  }

  add(position: number, values: readonly unknown[], known: SlotDigests | undefined): void {
    this.#positions.push(position);
    for (let column = 0; column < this.#outputSlots.length; column++) {
      const slot = this.#outputSlots[column]!;
      this.#columns[column]!.push(values[slot]);
      this.#digests?.[column]?.push(known?.known(slot));
    }
  }

  fail(position: number, { error, path }: ItemFailure): void {
    this.#failures.push({ position, error, path });
  }

  /** What has not been sent; `undefined` for nothing. */
  unsent(done: Done): FinishedItems | undefined {
    return this.#positions.length + this.#failures.length === 0 ? undefined : this.rest(done);
  }

  /** Forgets what was sent. */
  sent({ executed, cached }: Done): void {
    this.#before = { executed, cached, collected: this.#root.collected.length };
    this.#clear();
  }

  rest({ executed, cached }: Done): FinishedItems {
    return {
      positions: this.#positions,
      columns: this.#columns,
      digests: this.#digests,
      failures: this.#failures,
      executed: executed - this.#before.executed,
      cached: cached - this.#before.cached,
      collected: this.#root.collected.slice(this.#before.collected),
    };
  }

  #clear(): void {
    this.#positions = [];
    this.#failures = [];
    this.#columns = this.#outputSlots.map(() => []);
    this.#digests = this.#hasDigests ? this.#outputSlots.map(() => []) : undefined;
  }
}
