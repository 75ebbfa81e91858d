import { RemoteError, TimeoutError } from '../../errors.ts';
import { type ItemCounter, recordNodePath } from '../../events/index.ts';
import type { Plan } from '../../graph/index.ts';
import type { Failure } from '../execution.ts';
import type { WholeMap } from '../map-items.ts';
import { type ItemFailure, isCountable, MapRun, type MapSettings } from '../map-run.ts';
import { isThenable, type MaybePromise } from '../maybe-promise.ts';
import { type ObservedMap, observeLostItem, observeMap } from '../observe.ts';
import { isCancelled, retryDelay } from '../retry.ts';
import type { Scope } from '../scope.ts';
import { type StopReason, Task } from '../task.ts';
import { timedOut } from '../timed-out.ts';
import { takeAccount } from './account.ts';
import { ChunkSizer } from './chunk-sizer.ts';
import { CountReplay } from './count-replay.ts';
import type { Sending } from './job.ts';
import { lossRetries } from './loss-retries.ts';
import { type ItemRange, MapPacker } from './map-packer.ts';
import type { FinishedItems } from './messages.ts';
import { loadPacking } from './packing.ts';
import { patienceOf, signsEvery } from './patience.ts';
import { Pilot } from './pilot.ts';
import { type LeftOpen, Replay } from './replay.ts';
import { raised } from './response.ts';
import { SentChunk } from './sent-chunk.ts';

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
  readonly #items: WholeMap;
  readonly #settings: MapSettings;
  readonly #observed: ObservedMap | undefined;
  /** Counts the items when nobody wants to be told of each. */
  readonly #counter: ItemCounter | undefined;
  readonly #sizer: ChunkSizer;
  readonly #patience: number | undefined;
  #packer: MapPacker | undefined;
  readonly #chunks = new Set<SentChunk>();
  /** Positions that go alone next, because they were in a chunk that was lost. */
  readonly #alone: number[] = [];
  /** How often the place of an item that went alone was lost, by its position. */
  readonly #losses = new Map<number, number>();
  /** What lost chunks told of the items that go alone: what is in progress, and indexes of those that are over. */
  readonly #left: LeftOpen = new Map();
  readonly #toldEnded = new Set<number>();
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
    items: WholeMap,
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

  get #depth(): number {
    const { within } = this.#settings.place;
    return within === undefined ? 0 : within.depth + 1;
  }

  /** Runs all items; throws, or rejects with, what the first failed one threw, unless errors are collected. */
  execute(): MaybePromise<void> {
    try {
      const tried = this.#tryHere();
      if (!isThenable(tried) && this.#next === this.#items.count) this.#close();
      else void this.#goOn(tried);
    } catch (error) {
      this.#close({ error });
    }
    if (!this.#closed) {
      this.parent?.adopt(this);
      return new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Sends what is left after the first items. */
  async #goOn(tried: MaybePromise<void>): Promise<void> {
    try {
      await tried;
      if (this.#next < this.#items.count && !this.#closed) {
        await loadPacking();
        this.#packer = this.#makePacker();
      }
      this.#pump();
    } catch (error) {
      this.#close({ error });
    }
  }

  /** Runs first items in this thread, more and more of them, until it is clear whether sending the others is worth it. */
  #tryHere(): MaybePromise<void> {
    const { overheadMs } = this.#sending;
    // Only elsewhere can what never ends be ended.
    if (overheadMs === undefined || this.#patience !== undefined) return;
    const run = new MapRun(this, this.scope.here, this.#plan, this.#items, {
      ...this.#settings,
      partOf: { span: this.#observed?.span, total: this.#items.count, counter: this.#counter },
      further: new Pilot(this.#sizer, this.#items.count, overheadMs).further,
    });
    run.ended = () => {
      this.#next = run.started;
      this.executed += run.executed;
      this.cached += run.cached;
      this.failures.push(...run.failures);
      this.failedAt = run.failedAt;
    };
    return run.execute();
  }

  #makePacker(): MapPacker {
    const { item, onError, override = [], mapped, accept, place } = this.#settings;
    const { root } = this.scope;
    const staticPath = place.within === undefined ? place.name : `${place.within.staticPath} > ${place.name}`;
    return new MapPacker(this.scope, this.#plan, this.#items, {
      mapped,
      accept,
      request: {
        outputs: this.#plan.outputs,
        override,
        onError,
        counts: this.#counter !== undefined,
        runId: root.id,
        path: this.path,
        staticPath,
        total: this.#items.count,
        recompute: item.recompute?.request,
        spotCheck: root.spotCheck,
        timeout: item.timeout,
        signsEveryMs: signsEvery(this.#sending, this.#patience),
      },
    });
  }

  #pump(): void {
    while (!this.#closed && this.#live < this.#sizer.inFlight) {
      const alone = this.#alone.pop();
      const range = alone === undefined ? this.#nextRange() : { first: alone, count: 1 };
      if (range.count === 0) break;
      this.#live++;
      this.#send(range).then(
        () => {
          this.#live--;
          this.#pump();
        },
        (error) => this.#close({ error }),
      );
    }
    if (this.#live === 0) this.#close();
  }

  #nextRange(): ItemRange {
    const first = this.#next;
    const remaining = this.#items.count - first;
    const count = remaining === 0 ? 0 : this.#sizer.next(remaining);
    this.#next += count;
    return { first, count };
  }

  async #send(range: ItemRange): Promise<void> {
    const isTold = range.count === 1 && this.#toldEnded.has(range.first);
    const replay = new Replay(
      this.scope.root,
      this.#packer!.emitters,
      { parentSpan: this.#observed?.span.id, depth: this.#depth },
      { left: this.#left, ended: isTold ? [range.first] : [] },
    );
    const counts = this.#counter && new CountReplay(this.#counter);
    const chunk = new SentChunk(range, { replay, counts }, this.#take);
    this.#chunks.add(chunk);
    try {
      await this.#bringBack(chunk);
    } finally {
      this.#chunks.delete(chunk);
    }
  }

  async #bringBack(chunk: SentChunk): Promise<void> {
    const { range, replay } = chunk;
    const { first, count } = range;
    const path = count === 1 ? `${this.path}[${first}]` : this.path;
    let bytes: Uint8Array;
    try {
      bytes = await this.#sending.perform({
        path,
        parts: this.#packer!.parts,
        request: this.#packer!.pack(range, this.#sizer.concurrency),
        signal: this.signal,
        onMessage: chunk.onMessage,
        patience: this.#patience,
        expectedMs: this.#sizer.expectedMs(count),
        timedOut: () => timedOut(`${this.path}[${first}]`, 'item', this.#patience ?? 0),
      });
    } catch (error) {
      if (!this.#closed) await this.#lost(chunk, error);
      return;
    }
    if (this.#closed) return;
    try {
      const { busyMs, wallMs } = await chunk.finish(bytes);
      this.#sizer.learn(count, busyMs, wallMs);
    } catch (error) {
      if (replay.toldError) this.scope.root.told(error);
      throw error;
    }
  }

  /** What ended a place was the doing of one item; found by sending each of them alone, as often as it may be tried. */
  async #lost(chunk: SentChunk, error: unknown): Promise<void> {
    const isPlaceLost = error instanceof RemoteError || error instanceof TimeoutError;
    if (!isPlaceLost || isCancelled(error)) throw error;
    await chunk.read;
    if (this.#closed) return;
    const { missing, range, replay } = chunk;
    if (range.count > 1) {
      chunk.leave();
      for (const position of missing) if (replay.ended.has(position)) this.#toldEnded.add(position);
      this.#alone.push(...missing.reverse());
      return;
    }
    const [position] = missing;
    if (position === undefined) return;
    const losses = (this.#losses.get(position) ?? 0) + 1;
    this.#losses.set(position, losses);
    const delay = retryDelay(lossRetries(this.#plan), error, losses);
    if (delay !== undefined) {
      chunk.leave();
      const { setTimeout: sleep } = await import('node:timers/promises');
      await sleep(delay, undefined, { signal: this.signal });
      this.#alone.push(position);
      return;
    }
    const path = `${this.path}[${position}]`;
    recordNodePath(error, path);
    this.#tellLost(chunk, { position, path, error });
    this.#itemFailed(position, error, path);
  }

  #tellLost(
    { replay, counts }: SentChunk,
    { position, path, error }: { readonly position: number; readonly path: string; readonly error: unknown },
  ): void {
    if (counts !== undefined) {
      counts.takeBack();
      this.#counter!.itemBegan(0);
      this.#counter!.itemEnded({ error }, false);
    } else if (!replay.endLost(path, error)) {
      const item = { index: position, total: this.#items.count, path, error };
      observeLostItem(this, this.#observed?.span, item);
    }
  }

  #itemFailed(index: number, error: unknown, path: string): void {
    if (this.#settings.onError === 'throw') {
      this.failedAt = path;
      this.#close({ error });
      return;
    }
    this.failures.push({ index, error, path });
    this.#settings.accept(index, undefined);
  }

  /** Takes items of a chunk that are finished. */
  readonly #take = (finished: FinishedItems, { range: { first }, replay }: SentChunk): void => {
    if (this.#closed) return;
    takeAccount(this, this.scope.root, finished);
    this.#packer!.accept(finished, first);
    for (const failure of finished.failures) {
      if (this.#closed) return;
      const error = raised(failure);
      if (replay.toldError) this.scope.root.told(error);
      const index = first + failure.position;
      this.#itemFailed(index, error, failure.path ?? `${this.path}[${index}]`);
    }
  };

  #close(failure?: Failure): void {
    if (this.#closed) return;
    this.#closed = true;
    this.parent?.disown(this);
    if (failure !== undefined) {
      this.#failure = failure;
      this.stopBecause(failure.error, this.path);
    }
    for (const chunk of this.#chunks) chunk.abandon(this.stopped ?? failure?.error);
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
