import { type ItemCounter, nodePath, recordNodePath } from '../events/index.ts';
import type { ErrorMode, Plan, Step } from '../graph/index.ts';
import { BatchGatherer } from './batch-gatherer.ts';
import type { Budget, Waiter } from './budget.ts';
import { HitWalk } from './caching/hit-walk.ts';
import type { SlotDigests } from './caching/slot-digests.ts';
import { Execution, type Failure } from './execution.ts';
import { ExecutionSettings, type GivenSettings } from './execution-settings.ts';
import type { Items } from './map-items.ts';
import { andThen, isThenable, type MaybePromise } from './maybe-promise.ts';
import { type ObservedMap, observeItem, observeMap } from './observe.ts';
import { outputsOf } from './outputs.ts';
import { type Cursor, runPlainSteps } from './plain-steps.ts';
import type { Scope } from './scope.ts';
import type { Span } from './span.ts';
import { type StopReason, Task } from './task.ts';

/** A failed item of a map that collects errors. */
export interface ItemFailure {
  readonly index: number;
  readonly error: unknown;
  /** Node that failed: `per_doc[3] > wordCount`; the item itself when it was none of them. */
  readonly path: string;
}

export interface MapSettings {
  readonly place: { readonly within: Execution | undefined; readonly name: string };
  readonly onError: ErrorMode;
  /** Settings of every item. */
  readonly item: GivenSettings;
  /** Slots in which the items differ. */
  readonly mapped: readonly number[];
  /** Outputs whose values are given from outside, with the others. */
  readonly override?: readonly string[] | undefined;
  readonly parentSpan?: number | undefined;
  /** The map that these are only some items of, if it is told of already. */
  readonly partOf?:
    | {
        readonly span: Span | undefined;
        readonly total: number | undefined;
        /** Counts the items of the whole map, when nobody wants to be told of each. */
        readonly counter?: ItemCounter | undefined;
      }
    | undefined;
  /**
   * Asked when all items before are done how many more to run, given how many were started and for how many milliseconds
   * they kept this thread busy; 0 leaves the rest to others. All of them unless given.
   */
  readonly further?: ((started: number, busyMs: number) => number) | undefined;
  /** Takes the values of a finished item, and what is known of their digests, or `undefined` for a failed one. */
  readonly accept: (index: number, values: unknown[] | undefined, digests?: SlotDigests) => void;
}

/** Longest stretch of synchronous items before the event loop gets a turn, in milliseconds. */
const SLICE_MS = 20;
/** Milliseconds between two looks at the clock, and the most items. */
const LOOK_MS = 5;
const MOST_BETWEEN_LOOKS = 64;

/** One plan run over many items, with as many of them in progress as the budget feeds. */
export class MapRun extends Task implements Waiter {
  readonly scope: Scope;
  readonly failures: ItemFailure[] = [];
  executed = 0;
  cached = 0;
  /** Node that ended it. */
  failedAt: string | undefined;
  /** Called once at the end, before whoever waits goes on. */
  ended: ((failure: Failure | undefined) => void) | undefined;

  readonly #plan: Plan;
  readonly #items: Items;
  readonly #settings: MapSettings;
  readonly #itemSettings: ExecutionSettings;
  readonly #budget: Budget;
  readonly #observed: ObservedMap | undefined;
  readonly #whole: NonNullable<MapSettings['partOf']>;
  readonly #batches: BatchGatherer | undefined;
  /** Whether items are made of nothing but calls of plain functions. */
  readonly #plain: boolean;
  /** Takes the items that the cache knows. */
  readonly #hits: HitWalk | undefined;
  /** Counts the items when nobody wants to be told of each. */
  readonly #counter: ItemCounter | undefined;
  readonly #cursor: Cursor = { at: 0 };
  /** Items until the next look at the clock: nobody knows how long the first one takes. */
  #betweenLooks = 1;
  #next = 0;
  /** Items before this one may be started. */
  #end: number;
  /** From the start a number with a fraction for V8, or the first real one would change the hidden class. */
  #busyMs = Number.NaN;
  #live = 0;
  #closed = false;
  #queued = false;
  #failure: Failure | undefined;
  #resolve: (() => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(parent: Task | undefined, scope: Scope, plan: Plan, items: Items, settings: MapSettings) {
    super(parent);
    this.scope = scope;
    this.#plan = plan;
    this.#items = items;
    this.#settings = settings;
    this.#budget = scope.budget;
    this.#end = settings.further === undefined ? items.count : 0;
    this.#busyMs = 0;
    this.#batches = BatchGatherer.for(plan, this);
    const { within } = settings.place;
    if (settings.partOf === undefined) {
      this.#observed = observeMap(
        this,
        { parent: settings.parentSpan, path: this.path, depth: within === undefined ? 0 : within.depth + 1 },
        { total: items.count, concurrency: this.#budget.limit },
      );
    }
    this.#whole = settings.partOf ?? { span: this.#observed?.span, total: items.count };
    const { hasResources, timeout } = settings.item;
    if (isCountable(scope, plan)) {
      this.#counter = settings.partOf === undefined ? this.#observed?.counterFor(plan) : settings.partOf.counter;
    }
    this.#plain =
      plan.plain &&
      scope.callsOnly &&
      (scope.plain || this.#counter !== undefined) &&
      !scope.root.sync &&
      hasResources !== true &&
      timeout === undefined;
    this.#itemSettings = new ExecutionSettings({ ...settings.item, batches: this.#batches, counter: this.#counter });
    this.#hits = HitWalk.for(scope, plan, this.#itemSettings, settings.partOf === undefined ? items.count : 0);
  }

  get path(): string {
    const { within, name } = this.#settings.place;
    return within === undefined ? name : `${within.path} > ${name}`;
  }

  /** Items that were started. */
  get started(): number {
    return this.#next;
  }

  /** Span of the map, when anybody watches. */
  get span(): Span | undefined {
    return this.#whole.span;
  }

  /** Runs all items; throws, or rejects with, what the first failed one threw, unless errors are collected. */
  execute(): MaybePromise<void> {
    this.#pump();
    if (!this.#closed) {
      this.parent?.adopt(this);
      return new Promise((resolve, reject) => {
        this.#resolve = resolve;
        this.#reject = reject;
      });
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** A permit may be free. */
  resume(): void {
    this.#queued = false;
    this.#pump();
  }

  /** Starts items while there are permits; one always, so that a map inside a full budget still gets on. */
  #pump(): void {
    const mayYield = !this.scope.root.sync;
    this.#hits?.resume();
    const started = performance.now();
    let looked = started;
    let sinceLook = 0;
    while (!this.#closed && (this.#next < this.#end || this.#extends(started))) {
      if (this.#live > 0 && !this.#mayStart()) break;
      this.#start(this.#next++);
      if (mayYield && ++sinceLook >= this.#betweenLooks) {
        const now = performance.now();
        const fitting = Math.floor((sinceLook * LOOK_MS) / (now - looked));
        this.#betweenLooks = Math.max(1, Math.min(fitting, 2 * sinceLook, MOST_BETWEEN_LOOKS));
        looked = now;
        sinceLook = 0;
        if (now - started > SLICE_MS && this.#next < this.#end) {
          this.#busyMs += now - started;
          this.#yield();
          return;
        }
      }
    }
    if (this.#settings.further !== undefined) this.#busyMs += performance.now() - started;
    this.#batches?.schedule();
    if (this.#next === this.#end && this.#live === 0) this.#close();
  }

  /** Whether there are further items to be started here. */
  #extends(pumpedSince: number): boolean {
    const { further } = this.#settings;
    if (further === undefined || this.#live > 0 || this.#next === this.#items.count) return false;
    this.#end += further(this.#next, this.#busyMs + performance.now() - pumpedSince);
    return this.#next < this.#end;
  }

  #mayStart(): boolean {
    const waitingInBatches = this.#batches?.size ?? 0;
    if (this.#live - waitingInBatches >= this.#budget.limit) return false;
    if (this.#batches?.full) return false;
    if (this.#budget.free) return true;
    if (!this.#queued) {
      this.#queued = true;
      this.#budget.wait(this);
    }
    return false;
  }

  #yield(): void {
    this.#live++;
    setImmediate(() => {
      this.#live--;
      this.#pump();
    });
  }

  #start(position: number): void {
    const index = (this.#items.first ?? 0) + position;
    const values = this.#items.values(position);
    if (this.#plain) this.#startPlain(index, values);
    else if (this.#hits?.take(position, values, () => this.#runAgain(position)) === true) {
      this.#countHits(this.#hits);
      this.#settings.accept(index, values, this.#hits.digests);
    } else {
      this.#counter?.itemBegan(0);
      this.#follow(this.#itemFor(index, values), index, (item) => item.execute());
    }
  }

  #itemFor(index: number, values: unknown[]): Execution {
    const { within, name } = this.#settings.place;
    const place = { within, name, index };
    const digests = this.#hits?.handOver();
    const item = new Execution(this, this.scope, this.#plan, values, place, this.#itemSettings, digests);
    if (this.#hits?.learns === true) item.kept = [];
    if (this.#counter === undefined) observeItem(item, this.#whole, () => outputsOf(this.#plan, values));
    return item;
  }

  /** Runs an item that was taken from the cache, because that has lost something meanwhile. */
  #runAgain(position: number): MaybePromise<{ values: readonly unknown[]; digests: SlotDigests }> {
    const { within, name } = this.#settings.place;
    const place = { within, name, index: (this.#items.first ?? 0) + position };
    const settings = new ExecutionSettings({ ...this.#settings.item, loadsOutputs: true });
    const item = new Execution(this, this.scope, this.#plan, this.#items.values(position), place, settings);
    return andThen(item.execute(), () => ({ values: item.values, digests: item.digests! }));
  }

  /** An item whose nodes are all plain needs an execution only from its first promise on. */
  #startPlain(index: number, values: unknown[]): void {
    const { steps } = this.#plan;
    const cursor = this.#cursor;
    try {
      runPlainSteps(steps, values, this.#budget, cursor);
    } catch (error) {
      this.executed += cursor.at + 1;
      const path = `${this.path}[${index}] > ${steps[cursor.at]!.label}`;
      recordNodePath(error, path);
      this.#counter?.itemBegan(cursor.at);
      this.#counter?.nodeBegan(cursor.at);
      this.#counter?.nodeFailed(cursor.at, path, error);
      this.#counter?.itemEnded({ error }, false);
      this.#itemFailed(index, error, path);
      return;
    }
    const { at } = cursor;
    if (at === steps.length) {
      this.executed += at;
      this.#counter?.itemRan();
      if (!this.#closed) this.#settings.accept(index, values);
      return;
    }
    this.#counter?.itemBegan(at);
    this.#follow(this.#itemFor(index, values), index, (item) => item.continueFrom(at));
  }

  #follow(item: Execution, index: number, begin: (item: Execution) => MaybePromise<void>): void {
    let done: MaybePromise<void>;
    try {
      done = begin(item);
    } catch (error) {
      this.#count(item, { error });
      this.#itemFailed(index, error, item.failedAt);
      return;
    }
    if (!isThenable(done)) {
      this.#itemDone(item, index);
      return;
    }
    this.#live++;
    done.then(
      () => {
        this.#live--;
        this.#itemDone(item, index);
        this.#pump();
      },
      (error) => {
        this.#live--;
        this.#count(item, { error });
        this.#itemFailed(index, error, item.failedAt);
        this.#pump();
      },
    );
  }

  #countHits(hits: HitWalk): void {
    const nodes = this.#plan.steps.length;
    this.cached += nodes;
    if (this.#counter === undefined) return;
    this.#counter.itemCached();
    for (let node = 0; node < nodes; node++) this.#counter.saved(node, hits.savedMs(node));
  }

  #count(item: Execution, failure?: Failure): void {
    this.executed += item.executed;
    this.cached += item.cached;
    this.#counter?.itemEnded(failure, failure === undefined && item.executed === 0);
  }

  #itemDone(item: Execution, index: number): void {
    this.#count(item);
    this.#hits?.learn(index, item);
    if (!this.#closed) this.#settings.accept(index, item.values, item.digests);
  }

  #itemFailed(index: number, error: unknown, place: string | undefined): void {
    if (this.#closed) return;
    const path = place ?? nodePath(error) ?? `${this.path}[${index}]`;
    if (this.#settings.onError === 'throw' || this.stopped !== undefined) {
      this.failedAt = path;
      this.#close({ error });
      return;
    }
    this.failures.push({ index, error, path });
    this.#hits?.learn(index, undefined);
    this.#settings.accept(index, undefined);
  }

  #close(failure?: Failure): void {
    if (this.#closed) return;
    this.#closed = true;
    this.parent?.disown(this);
    if (failure !== undefined) {
      this.#failure = failure;
      this.stopBecause(failure.error, this.path);
    }
    this.failures.sort((a, b) => a.index - b.index);
    const failed = this.failures.length + (failure === undefined ? 0 : 1);
    if (this.#observed !== undefined) this.#counter?.close(this.stopped);
    this.#observed?.end({ total: this.#items.count, failed }, failure);
    this.ended?.(failure);
    if (failure === undefined) this.#resolve?.();
    else this.#reject?.(failure.error);
  }

  protected override onStop(reason: StopReason): void {
    this.#close({ error: reason });
  }
}

/** Whether a counter can tell all that happens in the items: calls of functions, here, and hits of a cache. */
export const isCountable = (scope: Scope, plan: Plan): boolean =>
  scope.sending === undefined && plan.steps.every(callsFunction);

/** Whether a step is a call of a function for this item alone. */
const callsFunction = ({ definition }: Step): boolean => definition.kind === 'node' && definition.batch === undefined;
