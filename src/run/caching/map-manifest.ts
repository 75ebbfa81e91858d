import type { Cache } from '../../cache/index.ts';
import { construct, type Step } from '../../graph/index.ts';
import { combineDigests } from '../../identity/index.ts';
import { BlockRows, type ItemRow, type RowShape, type StampsOf } from './block-rows.ts';

/** Items of one block. */
const BLOCK = 128;
/** Maps of fewer items are walked node by node. */
const FEWEST = 32;

/** A cache that can tell entries apart without reading them. */
type StampingCache = Cache & Required<Pick<Cache, 'stamps' | 'note' | 'keepNote'>>;

/** One step, and what its keys are made of besides its inputs. */
export interface KeyedStep {
  readonly step: Step;
  readonly outputs: readonly string[];
  readonly keyCode: string;
}

/** A block that is being put together, because some of its items were not found. */
interface Draft {
  readonly rows: BlockRows;
  /** Whether it takes the place of an earlier one. */
  readonly replaces: boolean;
  /** Items that are done with. */
  done: number;
  /** Of these, items with a new row, and those of them whose nodes ran. */
  fresh: number;
  ran: number;
}

/**
 * What a cache knew of the items of a map when it last ran, kept in the cache itself: for each item the digests of its inputs,
 * and for each node the key of its entry, the stamp of that entry, the digests of its outputs, and these themselves when they
 * are small. While the stamps are the same, each key follows from those before it, and an item is known without a signature
 * and an entry for each node: a verifying trace over all nodes at once, in the words of *Build Systems à la Carte* (Mokhov,
 * Mitchell, Peyton Jones, 2018).
 *
 * A block of items is found by the inputs of its first one, so that lists which begin differently do not displace each other.
 */
export class MapManifest {
  readonly #cache: StampingCache;
  readonly #name: string;
  readonly #count: number;
  readonly #shape: RowShape;
  readonly #stampsOf: StampsOf = (keys) => this.#cache.stamps(keys);
  readonly #drafts = new Map<number, Draft>();
  /** The block of the item that was looked for last, how many of its items were found, and its rows. */
  #block = -1;
  #found = 0;
  #rows: BlockRows | undefined;

  private constructor(cache: StampingCache, name: string, shape: RowShape, count: number) {
    this.#cache = cache;
    this.#name = name;
    this.#shape = shape;
    this.#count = count;
  }

  /**
   * `undefined` where it would not pay, or the cache cannot keep it.
   *
   * @param varying Slots of the inputs in which the items differ.
   * @param shared Digests of the inputs that they have in common, by slot.
   * @param count Items of the map.
   */
  static for(
    cache: Cache,
    steps: readonly KeyedStep[],
    varying: readonly number[],
    shared: ReadonlyMap<number, string>,
    count: number,
  ): MapManifest | undefined {
    if (count < FEWEST || steps.length === 0 || varying.length === 0 || !canStamp(cache)) return undefined;
    const wiring = steps.map(({ step, outputs, keyCode }) => [
      keyCode,
      construct(step.Arguments, step.inputSlots),
      step.outputSlot,
      outputs,
    ]);
    const name = combineDigests('map 1', [JSON.stringify([varying, [...shared], wiring])]);
    const shape = { inputs: varying.length, outputs: steps.map(({ outputs }) => outputs.length) };
    return new MapManifest(cache, name, shape, count);
  }

  /** The rows with that of an item, at `rowAt` its position, when it is known and all of its entries are the same. */
  find(position: number, inputs: readonly string[]): BlockRows | undefined {
    if (this.#turnTo(position)) {
      const bytes = this.#cache.note(this.#nameOf(inputs));
      this.#rows = bytes && BlockRows.read(this.#shape, bytes, this.#stampsOf);
    }
    return this.#rows?.isOf(rowAt(position), inputs) === true ? this.#rows : undefined;
  }

  /** The item that was found is done with. */
  taken(position: number): void {
    this.#found++;
    this.#finish(position, this.#drafts.get(blockOf(position)));
  }

  /** The item was not found, or not looked for; `learn` will tell what it turned out to be. */
  missed(position: number): void {
    this.#turnTo(position);
    const block = blockOf(position);
    if (this.#drafts.has(block)) return;
    const known = this.#rows;
    const rows = BlockRows.draft(this.#shape, this.#sizeOf(block), known);
    this.#drafts.set(block, { rows, replaces: known !== undefined, done: this.#found, fresh: 0, ran: 0 });
  }

  /**
   * Takes note of an item that was missed.
   *
   * @param known Gives its row; `undefined` when it failed, or could not be found again.
   * @param ran Whether any node ran for it.
   */
  learn(position: number, known: () => ItemRow | undefined, ran: boolean): void {
    const draft = this.#drafts.get(blockOf(position));
    if (draft === undefined) return;
    // Where nothing ran and nothing is to be mended, a block would only use up room.
    const item = ran || draft.replaces ? known() : undefined;
    if (draft.rows.write(rowAt(position), item, this.#stampsOf)) {
      draft.fresh++;
      if (ran) draft.ran++;
    }
    this.#finish(position, draft);
  }

  #sizeOf = (block: number): number => Math.min(BLOCK, this.#count - block * BLOCK);

  #nameOf = (first: readonly string[]): string => combineDigests(this.#name, first);

  /** Whether the item is the first of its block that is looked at, and the first in it. */
  #turnTo(position: number): boolean {
    const block = blockOf(position);
    if (block === this.#block) return false;
    this.#block = block;
    this.#found = 0;
    this.#rows = undefined;
    return rowAt(position) === 0;
  }

  /** Counts an item of a block; keeps the block after the last one, if it has something new. */
  #finish(position: number, draft: Draft | undefined): void {
    const block = blockOf(position);
    const size = this.#sizeOf(block);
    if (draft === undefined || ++draft.done < size) return;
    this.#drafts.delete(block);
    if (!draft.rows.has(0) || !(draft.replaces ? draft.fresh > 0 : draft.ran >= size / 2)) return;
    this.#cache.keepNote(this.#nameOf(draft.rows.inputs(0)), draft.rows.encode());
  }
}

const blockOf = (position: number): number => Math.floor(position / BLOCK);

/** Where in the rows of its block an item is. */
export const rowAt = (position: number): number => position % BLOCK;

const canStamp = (cache: Cache): cache is StampingCache =>
  cache.stamps !== undefined && cache.note !== undefined && cache.keepNote !== undefined;
