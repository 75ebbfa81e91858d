import type { CountReplay } from './count-replay.ts';
import { Inbox } from './inbox.ts';
import type { ItemRange } from './map-packer.ts';
import type { FinishedItems, ItemsResponse, WorkMessage } from './messages.ts';
import type { Replay } from './replay.ts';
import { readResponse } from './response.ts';

/** Some items of a map on their way elsewhere and back. */
export class SentChunk {
  readonly range: ItemRange;
  readonly replay: Replay;
  /** Counts what happens in the items, when that is enough. */
  readonly counts: CountReplay | undefined;
  readonly #take: (items: FinishedItems, chunk: SentChunk) => void;
  readonly #inbox = new Inbox((message) => this.#receive(message));
  /** By row of the chunk: 1 for an item that is finished. */
  readonly #finished: Uint8Array;

  /** @param take Takes items as they finish. */
  constructor(
    range: ItemRange,
    told: { readonly replay: Replay; readonly counts: CountReplay | undefined },
    take: (items: FinishedItems, chunk: SentChunk) => void,
  ) {
    this.range = range;
    this.#finished = new Uint8Array(range.count);
    this.replay = told.replay;
    this.counts = told.counts;
    this.#take = take;
  }

  readonly onMessage = this.#inbox.receive;

  /** Resolves when everything that has come was taken. */
  get read(): Promise<void> {
    return this.#inbox.read;
  }

  /** Positions in the map of the items that are not finished. */
  get missing(): number[] {
    const missing: number[] = [];
    this.#finished.forEach((isFinished, row) => {
      if (isFinished === 0) missing.push(this.range.first + row);
    });
    return missing;
  }

  /** Takes the last of its items. @throws What ended it there. */
  async finish(bytes: Uint8Array): Promise<ItemsResponse> {
    await this.read;
    const response = await readResponse<ItemsResponse>(bytes);
    if (response.counts !== undefined) this.counts?.take(response.work, response.counts);
    this.#accept(response);
    return response;
  }

  /** What is in progress will begin again. */
  leave(): void {
    this.replay.leave();
    this.counts?.takeBack();
  }

  /** Nobody waits for it any longer. */
  abandon(error: unknown): void {
    this.replay.abandon(error);
    this.counts?.stop();
  }

  #receive({ work, events, counts, items }: WorkMessage): void {
    this.replay.take(work, events);
    if (counts !== undefined) this.counts?.take(work, counts);
    if (items !== undefined) this.#accept(items);
  }

  #accept(items: FinishedItems): void {
    this.#take(this.#onlyNew(items), this);
    for (const row of items.positions) this.#finished[row] = 1;
    for (const { position } of items.failures) this.#finished[position] = 1;
  }

  /** Without what had come before its place was lost: it was done again in another one. */
  #onlyNew(items: FinishedItems): FinishedItems {
    const isNew = (row: number): boolean => this.#finished[row] === 0;
    if (items.positions.every(isNew) && items.failures.every(({ position }) => isNew(position))) return items;
    const pick = <T>(column: readonly T[]): T[] => column.filter((_, at) => isNew(items.positions[at]!));
    return {
      ...items,
      positions: items.positions.filter(isNew),
      columns: items.columns.map(pick),
      digests: items.digests?.map(pick),
      failures: items.failures.filter(({ position }) => isNew(position)),
    };
  }
}
