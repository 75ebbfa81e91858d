import { RemoteError, TimeoutError } from '../../errors.ts';
import { type ItemCounter, recordNodePath } from '../../events/index.ts';
import type { Plan } from '../../graph/index.ts';
import type { Failure } from '../execution.ts';
import type { Items } from '../map-items.ts';
import { type ItemFailure, isCountable, MapRun, type MapSettings } from '../map-run.ts';
import { isThenable } from '../maybe-promise.ts';
import { type ObservedMap, observeLostItem, observeMap } from '../observe.ts';
import { retryDelay } from '../retry.ts';
import type { Scope } from '../scope.ts';
import { SlotDigests } from '../slot-digests.ts';
import { type StopReason, Task } from '../task.ts';
import { timedOut } from '../timed-out.ts';
import { takeAccount } from './account.ts';
import { ChunkSizer } from './chunk-sizer.ts';
import { replayTo } from './inbox.ts';
import type { JobPart, Sending } from './job.ts';
import { lossRetries } from './loss-retries.ts';
import type { ItemsRequest, ItemsResponse } from './messages.ts';
import { loadPacking, packing } from './packing.ts';
import { patienceOf, signsEvery } from './patience.ts';
import { Replay } from './replay.ts';
import { raised, readResponse } from './response.ts';
import { inputsByName } from './send-run.ts';
import { partOf, type Shipment, shipmentOf } from './shipment.ts';

/** Milliseconds after which it is believed how long items take. */
const TRY_MS = 0.5;

/** One plan run over many items elsewhere, in chunks. */
export class SentMap extends Task {
  readonly scope: Scope;
  readonly failures: ItemFailure[] = [];
  executed = 0;
  cached = 0;
  /** Node that ended it. */
  failedAt: string | undefined;
  /** Called once at the end, before whoever waits goes on. */
  ended: ((failure: Failure | undefined) => void) | undefined;

  readonly #sending: Sending;
  readonly #plan: Plan;
  readonly #items: Items;
  readonly #settings: MapSettings;
  readonly #observed: ObservedMap | undefined;
  /** Counts the items that run in this thread. */
  readonly #counter: ItemCounter | undefined;
  readonly #sizer: ChunkSizer;
  readonly #mapped: readonly { readonly name: string; readonly slot: number }[];
  readonly #patience: number | undefined;
  #shipment: Shipment | undefined;
  #shared: JobPart | undefined;
  /** Events of the chunks on their way. */
  readonly #replays = new Set<Replay>();
  /** Positions that go alone next, because they were in a chunk that was lost. */
  readonly #alone: number[] = [];
  /** How often the place of an item that went alone was lost, by its position. */
  readonly #losses = new Map<number, number>();
  #next = 0;
  #live = 0;
  #closed = false;
  #failure: Failure | undefined;
  #resolve: (() => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(
    parent: Task | undefined,
    scope: Scope,
    sending: Sending,
    plan: Plan,
    items: Items,
    settings: MapSettings,
  ) {
    super(parent);
    this.scope = scope;
    this.#sending = sending;
    this.#plan = plan;
    this.#items = items;
    this.#settings = settings;
    const { lanes, chunkMs } = sending;
    const { limit } = scope.budget;
    this.#sizer = new ChunkSizer({ lanes, chunkMs, limit });
    const mapped = new Set(settings.mapped);
    this.#mapped = plan.externals.filter(({ slot }) => mapped.has(slot));
    this.#patience = patienceOf(plan, settings.item.timeout);
    this.#observed = observeMap(
      this,
      { parent: settings.parentSpan, path: this.path, depth: this.#depth },
      { total: items.count, concurrency: limit },
    );
    if (isCountable(scope.here, plan)) this.#counter = this.#observed?.counterFor(plan);
  }

  get path(): string {
    const { within, name } = this.#settings.place;
    return within === undefined ? name : `${within.path} > ${name}`;
  }

  get #staticPath(): string {
    const { within, name } = this.#settings.place;
    return within === undefined ? name : `${within.staticPath} > ${name}`;
  }

  get #depth(): number {
    const { within } = this.#settings.place;
    return within === undefined ? 0 : within.depth + 1;
  }

  /** Runs all items; rejects with what the first failed one threw, unless errors are collected. */
  execute(): Promise<void> {
    this.parent?.adopt(this);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#begin().catch((error) => this.#close({ error }));
    });
  }

  async #begin(): Promise<void> {
    if (this.#items.count > 0) {
      await this.#tryHere();
      if (this.#next < this.#items.count && !this.#closed) {
        await loadPacking();
        this.#shipment = shipmentOf(this.scope);
        this.#shared = this.#packShared();
      }
    }
    this.#pump();
  }

  /** Runs first items in this thread, more and more of them, until it is clear whether sending the others is worth it. */
  async #tryHere(): Promise<void> {
    const { overheadMs } = this.#sending;
    // Only elsewhere can what never ends be ended.
    if (overheadMs === undefined || this.#patience !== undefined) return;
    let tried = 0;
    for (let size = 1; this.#next < this.#items.count && !this.#closed; size *= 4) {
      const remaining = this.#items.count - this.#next;
      const expected = this.#sizer.expectedMs(remaining);
      // A first item takes longer than those after it, so a short look says nothing.
      if (expected !== undefined && expected > overheadMs && tried > TRY_MS) return;
      const count = Math.min(size, remaining);
      const startedAt = performance.now();
      const done = this.#runHere(count);
      const busyMs = performance.now() - startedAt;
      if (isThenable(done)) await done;
      // What waits can wait here as well as there; only its own work counts.
      this.#sizer.learn(count, busyMs, performance.now() - startedAt);
      tried += performance.now() - startedAt;
    }
  }

  #runHere(count: number) {
    const indexes = Array.from({ length: count }, (_, offset) => this.#next + offset);
    this.#next += count;
    const first = indexes[0]!;
    const items: Items = { count, indexes, values: (position) => this.#items.values(first + position) };
    const run = new MapRun(this, this.scope.here, this.#plan, items, {
      ...this.#settings,
      partOf: { span: this.#observed?.span, total: this.#items.count, counter: this.#counter },
    });
    run.ended = () => {
      this.executed += run.executed;
      this.cached += run.cached;
      this.failures.push(...run.failures);
    };
    return run.execute();
  }

  /** The inputs that all items share, once for all of them. */
  #packShared(): JobPart {
    const values = this.#items.values(0);
    for (const { slot } of this.#mapped) values[slot] = undefined;
    return partOf(packing().pack(inputsByName(this.#plan, values)));
  }

  #pump(): void {
    while (!this.#closed && this.#live < this.#sizer.inFlight) {
      const alone = this.#alone.pop();
      const positions = alone === undefined ? this.#nextChunk() : [alone];
      if (positions.length === 0) break;
      this.#live++;
      this.#send(positions).then(
        () => {
          this.#live--;
          this.#pump();
        },
        (error) => this.#close({ error }),
      );
    }
    if (this.#live === 0) this.#close();
  }

  #nextChunk(): number[] {
    const remaining = this.#items.count - this.#next;
    if (remaining === 0) return [];
    const count = Math.min(remaining, this.#sizer.next(remaining));
    const first = this.#next;
    this.#next += count;
    return Array.from({ length: count }, (_, offset) => first + offset);
  }

  async #send(positions: readonly number[]): Promise<void> {
    const { root } = this.scope;
    const replay = new Replay(root, this.#shipment!.emitters, {
      parentSpan: this.#observed?.span.id,
      depth: this.#depth,
    });
    this.#replays.add(replay);
    const startedAt = performance.now();
    let bytes: Uint8Array;
    try {
      bytes = await this.#sending.perform({
        path: positions.length === 1 ? `${this.path}[${positions[0]}]` : this.path,
        parts: [this.#shipment!.part, this.#shared!],
        request: this.#request(positions),
        signal: this.signal,
        onMessage: replayTo(replay),
        patience: this.#patience,
        expectedMs: this.#sizer.expectedMs(positions.length),
        timedOut: () => timedOut(`${this.path}[${positions[0]}]`, 'item', this.#patience ?? 0),
      });
    } catch (error) {
      replay.abandon(error);
      if (!this.#closed) await this.#lost(positions, error, replay);
      return;
    } finally {
      this.#replays.delete(replay);
    }
    if (this.#closed) return;
    const response = await this.#read(bytes, replay);
    if (this.#closed) return;
    this.#sizer.learn(positions.length, response.busyMs, performance.now() - startedAt);
    takeAccount(this, root, response);
    if (replay.toldError) for (const { error } of response.failures) root.told(error);
    this.#take(positions, response);
  }

  async #read(bytes: Uint8Array, replay: Replay): Promise<ItemsResponse> {
    try {
      return await readResponse<ItemsResponse>(bytes);
    } catch (error) {
      if (replay.toldError) this.scope.root.told(error);
      throw error;
    }
  }

  /** What ended a place was the doing of one item; found by sending each of them alone, as often as it may be tried. */
  async #lost(positions: readonly number[], error: unknown, { toldItem }: Replay): Promise<void> {
    const placeEnded = error instanceof RemoteError || error instanceof TimeoutError;
    if (placeEnded && positions.length > 1) {
      this.#alone.push(...positions.slice().reverse());
      return;
    }
    const position = positions[0]!;
    if (placeEnded) {
      const losses = (this.#losses.get(position) ?? 0) + 1;
      this.#losses.set(position, losses);
      const delay = retryDelay(lossRetries(this.#plan), error, losses);
      if (delay !== undefined) {
        const { setTimeout: sleep } = await import('node:timers/promises');
        await sleep(delay, undefined, { signal: this.signal });
        this.#alone.push(position);
        return;
      }
    }
    const path = `${this.path}[${position}]`;
    if (placeEnded) recordNodePath(error, path);
    if (placeEnded && !toldItem) {
      const { count: total } = this.#items;
      observeLostItem(this, this.#observed?.span, { index: position, total, path, error });
    }
    if (this.#settings.onError === 'throw' || !placeEnded) {
      this.failedAt = path;
      throw error;
    }
    this.#itemFailed(position, error, path);
  }

  #itemFailed(index: number, error: unknown, path: string): void {
    this.failures.push({ index, error, path });
    this.#settings.accept(index, undefined);
  }

  #request(positions: readonly number[]): Uint8Array {
    const { item, onError, override = [] } = this.#settings;
    const { root } = this.scope;
    const columns = this.#mapped.map(() => new Array<unknown>(positions.length));
    positions.forEach((position, row) => {
      const values = this.#items.values(position);
      this.#mapped.forEach(({ slot }, column) => {
        columns[column]![row] = values[slot];
      });
    });
    return packing().pack({
      kind: 'items',
      pipeline: this.#shipment!.part.digest,
      shared: this.#shared!.digest,
      over: this.#mapped.map(({ name }) => name),
      columns,
      indexes: positions,
      outputs: this.#plan.outputs,
      override,
      onError,
      concurrency: this.#sizer.concurrency,
      runId: root.id,
      path: this.path,
      staticPath: this.#staticPath,
      total: this.#items.count,
      recompute: item.recompute?.request,
      spotCheck: root.spotCheck,
      timeout: item.timeout,
      signsEveryMs: signsEvery(this.#sending, this.#patience),
    } satisfies ItemsRequest);
  }

  #take(positions: readonly number[], { columns, digests, failures }: ItemsResponse): void {
    const { outputSlots, slotCount } = this.#plan;
    const failed = new Set(failures.map(({ position }) => position));
    for (let row = 0; row < positions.length; row++) {
      if (failed.has(row)) continue;
      const values = new Array<unknown>(slotCount).fill(undefined);
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
      this.#settings.accept(positions[row]!, values, known);
    }
    for (const failure of failures) {
      const error = raised(failure);
      const index = positions[failure.position]!;
      const path = failure.path ?? `${this.path}[${index}]`;
      if (this.#settings.onError === 'throw') {
        this.failedAt = path;
        throw error;
      }
      this.#itemFailed(index, error, path);
    }
  }

  #close(failure?: Failure): void {
    if (this.#closed) return;
    this.#closed = true;
    this.parent?.disown(this);
    if (failure !== undefined) {
      this.#failure = failure;
      this.stopBecause(failure.error, this.path);
    }
    for (const replay of this.#replays) replay.abandon(this.stopped ?? failure?.error);
    this.failures.sort((a, b) => a.index - b.index);
    const failed = this.failures.length + (failure === undefined ? 0 : 1);
    this.#counter?.close(this.stopped);
    this.#observed?.end({ total: this.#items.count, failed }, failure);
    this.ended?.(failure);
    if (this.#failure === undefined) this.#resolve?.();
    else this.#reject?.(this.#failure.error);
  }

  protected override onStop(reason: StopReason): void {
    this.#close({ error: reason });
  }
}
