import { types } from 'node:util';
import type { Cache } from '../../cache/index.ts';
import { construct, type Step } from '../../graph/index.ts';
import { combineDigests } from '../../identity/index.ts';
import { isThenable } from '../maybe-promise.ts';
import { BlockRows, type ItemRow, type RowShape } from './block-rows.ts';

/** Items of one block. */
const BLOCK = 128;
/** Maps of fewer items are walked node by node: there it pays little. */
const FEWEST = BLOCK;

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
  /** The block in whose place it would come. */
  readonly earlier: BlockRows | undefined;
  /** Items that are done with. */
  done: number;
  /** Of these, items that were found, items with a new row, and those of them whose nodes ran. */
  found: number;
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
 * A block of items is found by its number and the inputs of its first one, so that lists which begin differently do not
 * displace each other.
 */
export class MapManifest {
  readonly #cache: StampingCache;
  readonly #name: string;
  readonly #count: number;
  readonly #shape: RowShape;
  readonly #drafts = new Map<number, Draft>();
  /** The block of the item that was looked for last, how many of its items were found, and its rows. */
  #block = -1;
  #found = 0;
  #rows: BlockRows | undefined;
  /** Whether others may have changed entries since the stamps of these rows were looked at. */
  #isOutdated = false;

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
    const block = blockOf(position);
    if (this.#turnTo(position)) {
      const bytes = this.#cache.note(this.#nameOf(block, inputs));
      this.#rows = bytes && BlockRows.read(this.#shape, bytes);
      this.#isOutdated = true;
    }
    if (this.#isOutdated) {
      this.#rows?.leaveOutChanged(this.#sizeOf(block), (keys) => this.#cache.stamps(keys));
      this.#isOutdated = false;
    }
    return this.#rows?.isOf(rowAt(position), inputs) === true ? this.#rows : undefined;
  }

  /** Others may have had their turn since the last item. */
  resume(): void {
    this.#isOutdated = true;
  }

  /** The item that was found is done with. */
  taken(position: number): void {
    this.#found++;
    const draft = this.#drafts.get(blockOf(position));
    if (draft === undefined) return;
    draft.found++;
    this.#finish(position, draft);
  }

  /** The item was not found, or not looked for; `learn` will tell what it turned out to be. */
  missed(position: number): void {
    this.#turnTo(position);
    const block = blockOf(position);
    if (this.#drafts.has(block)) return;
    const [earlier, found] = [this.#rows, this.#found];
    const rows = BlockRows.draft(this.#shape, this.#sizeOf(block), earlier);
    this.#drafts.set(block, { rows, earlier, done: found, found, fresh: 0, ran: 0 });
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
    const item = ran || draft.earlier !== undefined ? known() : undefined;
    if (draft.rows.write(rowAt(position), item)) {
      draft.fresh++;
      if (ran) draft.ran++;
    }
    this.#finish(position, draft);
  }

  #sizeOf = (block: number): number => Math.min(BLOCK, this.#count - block * BLOCK);

  #nameOf = (block: number, first: readonly string[]): string => combineDigests(`${block} of ${this.#name}`, first);

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
  #finish(position: number, draft: Draft): void {
    const block = blockOf(position);
    const size = this.#sizeOf(block);
    if (++draft.done < size) return;
    this.#drafts.delete(block);
    if (draft.rows.has(0) && isWorthKeeping(draft, size)) {
      const kept: unknown = this.#cache.keepNote(this.#nameOf(block, draft.rows.inputs(0)), draft.rows.encode());
      // Of a cache that keeps it later, a failure costs nothing but time.
      if (isThenable(kept)) kept.then(undefined, () => {});
    }
  }
}

/** Whether much is new, or a little in what was known of these items; that of others is left to them. */
function isWorthKeeping({ earlier, fresh, found, ran }: Draft, size: number): boolean {
  if (ran >= size / 2) return true;
  return earlier !== undefined && fresh > 0 && (fresh <= found || earlier.isEmpty);
}

const blockOf = (position: number): number => Math.floor(position / BLOCK);

/** Where in the rows of its block an item is. */
export const rowAt = (position: number): number => position % BLOCK;

/** A proxy may answer otherwise than what stands behind it. */
const canStamp = (cache: Cache): cache is StampingCache =>
  !types.isProxy(cache) && cache.stamps !== undefined && cache.note !== undefined && cache.keepNote !== undefined;
