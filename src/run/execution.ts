import type { TimeoutError } from '../errors.ts';
import { recordNodePath } from '../events/index.ts';
import type { Plan, Step } from '../graph/index.ts';
import type { Budget, Waiter } from './budget.ts';
import { loadSlots } from './caching/cached-value.ts';
import type { KeptStep } from './caching/item-row.ts';
import { SlotDigests } from './caching/slot-digests.ts';
import { countEnd } from './count-steps.ts';
import type { ExecutionSettings, SendExecution } from './execution-settings.ts';
import { isThenable, type MaybePromise } from './maybe-promise.ts';
import { performStep } from './perform-step.ts';
import { type Cursor, runPlainSteps } from './plain-steps.ts';
import { Readiness } from './readiness.ts';
import type { Scope } from './scope.ts';
import type { Span } from './span.ts';
import { refusePromise } from './sync.ts';
import { type StopReason, Task } from './task.ts';
import { timedOut } from './timed-out.ts';
import { startTimer } from './timer.ts';
import { validateInputs } from './validate.ts';

/** Where an execution stands in the tree of its root run. */
export interface Place {
  /** Execution that contains this one; `undefined` at the root. */
  readonly within: Execution | undefined;
  readonly name: string;
  /** Index of the map item, or -1. */
  readonly index: number;
}

/** What an execution ended with, when not with results; an object, because anything can be thrown, even `undefined`. */
export interface Failure {
  readonly error: unknown;
}

/**
 * One run over one plan.
 *
 * Steps run one after another in plan order until the first of them returns a promise; only then are dependencies
 * counted and independent steps started side by side, each chain of them followed by one async "lane".
 */
export class Execution extends Task implements Waiter {
  readonly plan: Plan;
  readonly scope: Scope;
  /** Inputs and results, by slot. */
  readonly values: unknown[];
  readonly place: Place;
  readonly settings: ExecutionSettings;
  /** Span that the nodes' spans lie in, when anybody watches. */
  span: Span | undefined;
  /** Span that `span` lies in. */
  outerSpan: Span | undefined;
  /** Called once at the end, before whoever waits for the result goes on. */
  ended: ((failure: Failure | undefined) => void) | undefined;
  /** Nodes that ran, and nodes that came from the cache, nested ones included. */
  executed = 0;
  cached = 0;
  /** Milliseconds that the cache saved, by step, where they are counted and no events are made. */
  savedMs: number[] | undefined;
  /** What its steps are known by in the cache, by index, where somebody wants to know. */
  kept: KeptStep[] | undefined;
  /** Node that ended it; kept beside the error, which may be thrown in several places at once, or be no object. */
  failedAt: string | undefined;
  /** Slots that stayed empty in a run elsewhere that collects errors. */
  absent: ReadonlySet<number> | undefined;
  /** Digests of the values, when there is a cache. */
  readonly digests: SlotDigests | undefined;

  readonly #budget: Budget;
  #path: string | undefined;
  #closed = false;
  #queued = false;
  #failure: Failure | undefined;
  #failedBelow: Map<Step, string> | undefined;
  /** From the first promise on. */
  #readiness: Readiness | undefined;
  #finishing = false;
  #followed: PromiseLike<unknown> | undefined;
  /** What whoever waits for the end has. */
  #waiting: Promise<void> | undefined;
  #resolve: (() => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #deadline: NodeJS.Timeout | undefined;
  /** From the start a number with a fraction for V8, or the first real one would change the hidden class. */
  #startedAt = Number.NaN;

  constructor(
    parent: Task | undefined,
    scope: Scope,
    plan: Plan,
    values: unknown[],
    place: Place,
    settings: ExecutionSettings,
    digests?: SlotDigests,
  ) {
    super(parent);
    this.scope = scope;
    this.plan = plan;
    this.values = values;
    this.place = place;
    this.settings = settings;
    this.#budget = scope.budget;
    this.digests = scope.cache === undefined ? undefined : (digests ?? new SlotDigests(settings.sharedDigests));
  }

  /** `all > per_doc[3]`. */
  get path(): string {
    if (this.#path === undefined) {
      const { within, name, index } = this.place;
      const own = index < 0 ? name : `${name}[${index}]`;
      this.#path = within === undefined ? own : `${within.path} > ${own}`;
    }
    return this.#path;
  }

  /** Number of `>` in the path. */
  get depth(): number {
    const { within } = this.place;
    return within === undefined ? 0 : within.depth + 1;
  }

  /** Path of one of its nodes without item indices: what the node is called over all items and runs. */
  staticPathOf(step: Step): string {
    return `${this.staticPath} > ${step.label}`;
  }

  /** Its own path without item indices. */
  get staticPath(): string {
    const { within, name } = this.place;
    const own = this.settings.staticPath ?? name;
    return within === undefined ? own : `${within.staticPath} > ${own}`;
  }

  /** Path of one of its nodes. */
  pathOf(step: Step): string {
    return `${this.span?.path ?? this.path} > ${step.label}`;
  }

  /** Whether the value in this slot was computed, after a run that collects errors. */
  produced(slot: number): boolean {
    if (this.absent !== undefined) return !this.absent.has(slot);
    const { steps } = this.plan;
    let low = 0;
    let high = steps.length;
    // The last step whose outputs start at or before the slot; steps are in the order of their slots.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (steps[middle]!.outputSlot <= slot) low = middle + 1;
      else high = middle;
    }
    return low === 0 || this.#readiness?.isLost(low - 1) !== true;
  }

  /** Runs all steps; afterwards the results are in `values`. Throws, or rejects with, what the first failed node threw. */
  execute(): MaybePromise<void> {
    if (this.settings.timeout !== undefined) this.#startedAt = performance.now();
    if (this.settings.send !== undefined) return this.#sendAway(this.settings.send);
    try {
      const validated = this.plan.validations.length > 0 ? validateInputs(this) : undefined;
      if (isThenable(validated)) return this.#validateFirst(validated);
    } catch (error) {
      this.#close({ error });
      throw error;
    }
    return this.settings.failures === undefined ? this.#runInOrder() : this.#runByCounts(0, undefined);
  }

  #sendAway(send: SendExecution): Promise<void> {
    this.#takePlace();
    send(this).then(
      () => this.#close(),
      (error) => this.#close({ error }),
    );
    return this.#untilClosed();
  }

  /** Goes on where a stretch of plain steps stopped: before step `from`, or with its promise in its output slot. */
  continueFrom(from: number): MaybePromise<void> {
    const started = this.values[this.plan.steps[from]!.outputSlot];
    this.executed = isThenable(started) ? from + 1 : from;
    if (isThenable(started)) this.settings.counter?.nodeBegan(from);
    return this.#runByCounts(from, isThenable(started) ? started : undefined);
  }

  /** An abort or a time-out does not wait for the schemas. */
  #validateFirst(validated: PromiseLike<unknown>): Promise<void> {
    this.#takePlace();
    const start = (): void => {
      if (this.#closed) return;
      try {
        this.#runByCounts(0, undefined);
      } catch {
        // #close has told whoever waits.
      }
    };
    validated.then(start, (error) => this.#close({ error }));
    return this.#untilClosed();
  }

  /** Becomes a part of what contains it, which stops it when it is stopped. */
  #takePlace(): void {
    this.parent?.adopt(this);
    this.#setDeadline();
  }

  #untilClosed(): Promise<void> {
    this.#waiting ??= new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    return this.#waiting;
  }

  #runInOrder(): MaybePromise<void> {
    const { steps } = this.plan;
    const { hasResources, timeout, counter } = this.settings;
    if (this.plan.plain && this.scope.plain && !hasResources && timeout === undefined) {
      return this.#runPlain();
    }
    let at = 0;
    let performing = false;
    try {
      for (; at < steps.length; at++) {
        const step = steps[at]!;
        if (!this.#budget.free && this.#holdsPermit(step)) return this.#runByCounts(at, undefined);
        performing = true;
        counter?.nodeBegan(at);
        const result = performStep(this, step);
        if (isThenable(result)) {
          performing = false;
          return this.#runByCounts(at, result);
        }
        performing = false;
        if (counter !== undefined) countEnd(this, step);
        this.#store(step, result);
        // No timer fires while synchronous nodes run.
        if (this.settings.timeout !== undefined) this.#checkDeadline(this.settings.timeout);
      }
    } catch (error) {
      if (performing) counter?.nodeFailed(at, this.pathOf(steps[at]!), error);
      this.#failed(steps[at]!, error);
      throw error;
    }
    return this.#finish();
  }

  #runPlain(): MaybePromise<void> {
    const { steps } = this.plan;
    const cursor: Cursor = { at: 0 };
    try {
      runPlainSteps(steps, this.values, this.#budget, cursor);
      const step = steps[cursor.at];
      const result = step && this.values[step.outputSlot];
      if (isThenable(result) && this.scope.root.sync) refusePromise(result, step!.definition, this.pathOf(step!));
    } catch (error) {
      this.executed = cursor.at + 1;
      this.#failed(steps[cursor.at]!, error);
      throw error;
    }
    if (cursor.at < steps.length) return this.continueFrom(cursor.at);
    this.executed = steps.length;
    this.#end();
  }

  #store(step: Step, result: unknown): void {
    const { definition, outputSlot } = step;
    if (definition.kind === 'node' && !definition.keyed) {
      this.values[outputSlot] = result;
      return;
    }
    const outputs = result as readonly unknown[];
    for (let offset = 0; offset < outputs.length; offset++) this.values[outputSlot + offset] = outputs[offset];
  }

  /** Goes on from step `from`, whose promise may already be there, with everything before it done. */
  #runByCounts(from: number, started: PromiseLike<unknown> | undefined): MaybePromise<void> {
    if (started === undefined && !this.#budget.free) this.#giveUpIfStopped();
    this.#readiness = new Readiness(this.plan, from, started !== undefined);
    this.#takePlace();
    if (started !== undefined) {
      const step = this.plan.steps[from]!;
      this.#began(step);
      void this.#lane(step, started);
    }
    const next = this.#advance();
    if (next !== undefined) void this.#lane(next, this.#followed!);
    if (!this.#closed) return this.#untilClosed();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** An aborted run gives no more permits: waiting for one would never end. */
  #giveUpIfStopped(): void {
    const error = this.stopped;
    if (error === undefined) return;
    this.#close({ error });
    throw error;
  }

  /** Follows one chain of asynchronous steps: awaiting in one function costs a third of a `then` per step. */
  async #lane(step: Step, promise: PromiseLike<unknown>): Promise<void> {
    for (;;) {
      let result: unknown;
      let failure: Failure | undefined;
      try {
        result = await promise;
      } catch (error) {
        failure = { error };
      }
      this.#finished(step);
      if (this.#closed) return;
      if (this.settings.counter !== undefined) countEnd(this, step, failure);
      if (failure !== undefined) this.#failed(step, failure.error);
      else this.#settle(step, result);
      const next = this.#advance();
      if (next === undefined) return;
      step = next;
      promise = this.#followed!;
    }
  }

  #settle(step: Step, result: unknown): void {
    this.#store(step, result);
    this.#readiness!.ended(step);
  }

  /** Starts what is ready. Returns a step whose promise (`#followed`) the caller has to follow, if any. */
  #advance(): Step | undefined {
    let own: Step | undefined;
    let ownPromise: PromiseLike<unknown> | undefined;
    const readiness = this.#readiness!;
    while (!this.#closed) {
      const step = readiness.next;
      if (step === undefined) break;
      if (!this.#budget.free && this.#holdsPermit(step)) {
        this.#queue();
        break;
      }
      readiness.began();
      const { counter } = this.settings;
      counter?.nodeBegan(step.index);
      try {
        const result = performStep(this, step);
        if (!isThenable(result)) {
          if (counter !== undefined) countEnd(this, step);
          this.#settle(step, result);
          continue;
        }
        this.#began(step);
        if (own !== undefined) void this.#lane(own, ownPromise!);
        own = step;
        ownPromise = result;
      } catch (error) {
        if (counter !== undefined) countEnd(this, step, { error });
        this.#failed(step, error);
      }
    }
    if (readiness.isOver) this.#finishLater();
    this.#followed = ownPromise;
    return own;
  }

  /** Counts what is in progress as ended, since nobody will wait for it. */
  #countStopped({ error }: Failure): void {
    for (const step of this.#readiness?.inProgress() ?? []) {
      // Not what failed, but what is stopped because of it.
      if (error === this.stopped) this.settings.counter!.nodeFailed(step.index, this.pathOf(step), error);
      else this.settings.counter!.nodeStopped(step.index);
    }
  }

  /** Whether a step counts against the budget: pipelines don't, only what runs in them, nor does waiting for a batch. */
  #holdsPermit({ definition }: Step): boolean {
    return definition.kind === 'node' && (definition.batch === undefined || this.settings.batches === undefined);
  }

  #began(step: Step): void {
    if (!this.#holdsPermit(step)) {
      if (step.definition.kind === 'pipeline') this.settings.batches?.began();
      return;
    }
    this.#budget.take();
    this.settings.batches?.began();
  }

  #finished(step: Step): void {
    if (!this.#holdsPermit(step)) {
      if (step.definition.kind === 'pipeline') this.settings.batches?.finished();
      return;
    }
    this.#budget.release();
    this.settings.batches?.finished();
  }

  /** Loads what the caller asked for, then ends. */
  #finish(): MaybePromise<void> {
    if (this.digests === undefined || !this.settings.loadsOutputs) return this.#end();
    let loading: MaybePromise<void>;
    try {
      loading = loadSlots(this.plan.outputSlots, this.values);
    } catch (error) {
      this.#close({ error });
      throw error;
    }
    if (!isThenable(loading)) return this.#end();
    this.parent?.adopt(this);
    return (loading as Promise<void>).then(
      () => this.#close(),
      (error) => {
        this.#close({ error });
        throw error;
      },
    );
  }

  /** Ends well, unless the last node aborted the run. */
  #end(): void {
    this.#close();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #finishLater(): void {
    if (this.#closed || this.#finishing) return;
    this.#finishing = true;
    try {
      const finishing = this.#finish();
      if (isThenable(finishing)) finishing.then(undefined, () => {});
    } catch {
      // #close has told whoever waits.
    }
  }

  #queue(): void {
    if (this.#queued) return;
    this.#queued = true;
    this.#budget.wait(this);
  }

  /** A permit may be free. */
  resume(): void {
    this.#queued = false;
    if (this.#closed) return;
    const next = this.#advance();
    if (next !== undefined) void this.#lane(next, this.#followed!);
  }

  #failed(step: Step, error: unknown): void {
    if (this.#closed) return;
    this.#readiness?.failed(step);
    const path = this.#failedBelow?.get(step) ?? this.pathOf(step);
    if (step.definition.kind === 'node') recordNodePath(error, path);
    const { failures } = this.settings;
    if (failures === undefined || this.stopped !== undefined) {
      this.failedAt = path;
      this.#close({ error });
      return;
    }
    failures.push({ path, error });
  }

  /** Takes note of where in a nested pipeline the step is about to fail. */
  failingBelow(step: Step, path: string): void {
    this.#failedBelow ??= new Map();
    this.#failedBelow.set(step, path);
  }

  #setDeadline(): void {
    const { timeout } = this.settings;
    if (timeout === undefined || this.#deadline !== undefined || this.#closed) return;
    const left = Math.max(0, timeout - (performance.now() - this.#startedAt));
    this.#deadline = startTimer(left, () => this.stop(this.#timedOut(timeout)));
  }

  #checkDeadline(timeout: number): void {
    if (performance.now() - this.#startedAt > timeout) throw this.#timedOut(timeout);
  }

  #timedOut(timeout: number): TimeoutError {
    return timedOut(this.path, this.settings.phase, timeout);
  }

  /** The one way to the end: siblings are stopped, the end event goes out, whoever waits is told. */
  #close(failure?: Failure): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#deadline !== undefined) clearTimeout(this.#deadline);
    this.parent?.disown(this);
    if (failure !== undefined) {
      this.#failure = failure;
      if (this.settings.counter !== undefined) this.#countStopped(failure);
      this.stopBecause(failure.error, this.path);
    }
    this.ended?.(failure);
    if (failure === undefined) this.#resolve?.();
    else this.#reject?.(failure.error);
  }

  protected override onStop(reason: StopReason): void {
    this.#close({ error: reason });
  }
}
