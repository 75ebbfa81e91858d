import type { Emitter } from '../../events/index.ts';
import type { Plan } from '../../graph/index.ts';
import { SlotDigests } from '../caching/slot-digests.ts';
import type { WholeMap } from '../map-items.ts';
import type { MapSettings } from '../map-run.ts';
import type { Scope } from '../scope.ts';
import type { JobPart } from './job.ts';
import type { FinishedItems, ItemsRequest } from './messages.ts';
import { packing } from './packing.ts';
import { inputsByName } from './send-run.ts';
import { partOf, type Shipment, shipmentOf } from './shipment.ts';

/** Items of a map that follow each other. */
export interface ItemRange {
  /** Position of the first one in the map. */
  readonly first: number;
  readonly count: number;
}

/** What is the same for all chunks of a map. */
export type MapRequest = Omit<
  ItemsRequest,
  'kind' | 'pipeline' | 'shared' | 'over' | 'columns' | 'first' | 'count' | 'concurrency'
>;

/** Packs the items of one map, and puts results where they belong. */
export class MapPacker {
  readonly #plan: Plan;
  readonly #items: WholeMap;
  readonly #accept: MapSettings['accept'];
  readonly #request: MapRequest;
  readonly #mapped: readonly { readonly name: string; readonly slot: number }[];
  readonly #shipment: Shipment;
  readonly #shared: JobPart;

  /** Packs the pipeline, and the inputs that all items share. */
  constructor(
    scope: Scope,
    plan: Plan,
    items: WholeMap,
    { mapped, accept, request }: Pick<MapSettings, 'mapped' | 'accept'> & { readonly request: MapRequest },
  ) {
    this.#plan = plan;
    this.#items = items;
    this.#accept = accept;
    this.#request = request;
    this.#mapped = plan.externals.filter(({ slot }) => mapped.includes(slot));
    this.#shipment = shipmentOf(scope);
    const shared = items.values(0);
    for (const { slot } of this.#mapped) shared[slot] = undefined;
    this.#shared = partOf(packing().pack(inputsByName(plan, shared)));
  }

  /** Who at home gets the events of which list of callbacks. */
  get emitters(): readonly Emitter[] {
    return this.#shipment.emitters;
  }

  /** What every request refers to. */
  get parts(): readonly JobPart[] {
    return [this.#shipment.part, this.#shared];
  }

  /** @param concurrency Items that may be in progress at once. */
  pack({ first, count }: ItemRange, concurrency: number): Uint8Array {
    return packing().pack({
      ...this.#request,
      kind: 'items',
      pipeline: this.#shipment.part.digest,
      shared: this.#shared.digest,
      over: this.#mapped.map(({ name }) => name),
      columns: this.#mapped.map(({ slot }) => this.#items.column(slot, first, count)),
      first,
      count,
      concurrency,
    } satisfies ItemsRequest);
  }

  /** @param first Position in the map of the first item of the chunk. */
  accept({ positions, columns, digests }: FinishedItems, first: number): void {
    const { outputSlots, slotCount } = this.#plan;
    // One for all: nobody keeps it.
    const values = new Array<unknown>(slotCount).fill(undefined);
    for (let row = 0; row < positions.length; row++) {
      let known: SlotDigests | undefined;
      for (let column = 0; column < outputSlots.length; column++) {
        const slot = outputSlots[column]!;
        values[slot] = columns[column]![row];
        const digest = digests?.[column]?.[row];
        if (digest !== undefined) {
          known ??= new SlotDigests();
          known.set(slot, digest);
        }
      }
      this.#accept(first + positions[row]!, values, known);
    }
  }
}
