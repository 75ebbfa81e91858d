import type { ErrorMode, Plan } from '../graph/index.ts';
import { BatchGatherer } from './batch-gatherer.ts';
import type { Budget, Waiter } from './budget.ts';
import { Execution, type ExecutionSettings, type Failure } from './execution.ts';
import type { Items } from './map-items.ts';
import { isThenable, type MaybePromise } from './maybe-promise.ts';
import { nodePath } from './node-path.ts';
import { type ObservedMap, observeItem, observeMap } from './observe.ts';
import { outputsOf } from './outputs.ts';
import type { Scope } from './scope.ts';
import { type StopReason, Task } from './task.ts';

/** A failed item of a map that collects errors. */
export interface ItemFailure {
  readonly index: number;
  readonly error: unknown;
  /** Node that failed: `per_doc[3] > wordCount`. */
  readonly path: string | undefined;
}

export interface MapSettings {
  readonly place: { readonly within: Execution | undefined; readonly name: string };
  readonly onError: ErrorMode;
  readonly hasResources: boolean;
  /** Milliseconds that one item may take. */
  readonly timeout: number | undefined;
  readonly parentSpan?: number | undefined;
  /** Takes the finished item, or `undefined` for a failed one. */
  readonly accept: (index: number, item: Execution | undefined) => void;
}

/** Longest stretch of synchronous items before the event loop gets a turn, in milliseconds. */
const SLICE_MS = 20;
/** Items between two looks at the clock. */
const SLICE_CHECK = 64;

/** One plan run over many items, with as many of them in progress as the budget feeds. */
export class MapRun extends Task implements Waiter {
  readonly scope: Scope;
  readonly failures: ItemFailure[] = [];
  executed = 0;
  cached = 0;
  /** Called once at the end, before whoever waits goes on. */
  ended: ((failure: Failure | undefined) => void) | undefined;

  readonly #plan: Plan;
  readonly #items: Items;
  readonly #settings: MapSettings;
  readonly #itemSettings: ExecutionSettings;
  readonly #budget: Budget;
  readonly #observed: ObservedMap | undefined;
  readonly #batches: BatchGatherer | undefined;
  #next = 0;
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
    this.#batches = BatchGatherer.for(plan, this);
    const { hasResources, timeout } = settings;
    this.#itemSettings = { hasResources, timeout, ...(this.#batches && { batches: this.#batches }) };
    const { within } = settings.place;
    this.#observed = observeMap(
      scope,
      { parent: settings.parentSpan, path: this.path, depth: within === undefined ? 0 : within.depth + 1 },
      { total: items.count, concurrency: this.#budget.limit },
    );
  }

  get path(): string {
    const { within, name } = this.#settings.place;
    return within === undefined ? name : `${within.path} > ${name}`;
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
    const { count } = this.#items;
    const mayYield = !this.scope.root.sync;
    const started = performance.now();
    let sinceCheck = 0;
    while (!this.#closed && this.#next < count) {
      if (this.#live > 0 && !this.#mayStart()) break;
      this.#start(this.#next++);
      if (mayYield && ++sinceCheck === SLICE_CHECK) {
        sinceCheck = 0;
        if (performance.now() - started > SLICE_MS) {
          this.#yield();
          return;
        }
      }
    }
    this.#batches?.schedule();
    if (this.#next === count && this.#live === 0) this.#close();
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

  #start(index: number): void {
    const { within, name } = this.#settings.place;
    const values = this.#items.values(index);
    const item = new Execution(this, this.scope, this.#plan, values, { within, name, index }, this.#itemSettings);
    observeItem(item, { span: this.#observed?.span, total: this.#items.count }, () => outputsOf(this.#plan, values));
    let done: MaybePromise<void>;
    try {
      done = item.execute();
    } catch (error) {
      this.#itemFailed(item, index, error);
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
        this.#itemFailed(item, index, error);
        this.#pump();
      },
    );
  }

  #itemDone(item: Execution, index: number): void {
    this.executed += item.executed;
    this.cached += item.cached;
    if (!this.#closed) this.#settings.accept(index, item);
  }

  #itemFailed(item: Execution, index: number, error: unknown): void {
    this.executed += item.executed;
    this.cached += item.cached;
    if (this.#closed) return;
    if (this.#settings.onError === 'throw' || this.stopped !== undefined) {
      this.#close({ error });
      return;
    }
    this.failures.push({ index, error, path: nodePath(error) });
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
    this.#observed?.end({ total: this.#items.count, failed }, failure);
    this.ended?.(failure);
    if (failure === undefined) this.#resolve?.();
    else this.#reject?.(failure.error);
  }

  protected override onStop(reason: StopReason): void {
    this.#close({ error: reason });
  }
}
