import type { Emitter, ItemCounter, NodeStartEvent } from '../events/index.ts';
import { recordNodePath } from '../events/index.ts';
import { construct, gather, type NodeContext, type NodeDefinition, type NodeLog, type Step } from '../graph/index.ts';
import { checkResult } from './check-result.ts';
import type { Execution } from './execution.ts';
import { isThenable, type MaybePromise } from './maybe-promise.ts';
import { nodeLog } from './node-log.ts';
import { withResources } from './resources.ts';
import { retryDelay } from './retry.ts';
import { runHere, sendNode, wantsSending } from './sending/send-node.ts';
import { Span } from './span.ts';
import { refusePromise, sleepSync } from './sync.ts';
import { type StopReason, Task } from './task.ts';
import { timedOut } from './timed-out.ts';
import { startTimer } from './timer.ts';
import { validateEdges } from './validate.ts';

/** How a call differs from a plain one. */
export interface CallSettings {
  /** Cache key, for events. */
  readonly signature?: string | undefined;
  /** What to call instead of the node's own function; it holds no permit of the budget. */
  readonly invoke?: ((inputs: Record<string, unknown>) => unknown) | undefined;
  /** Takes the checked result before anybody is told of it; gives the bytes that it takes up in a cache. */
  readonly keep?: ((result: unknown, durationMs: number) => number | undefined) | undefined;
  /** Whether the execution has taken a permit for this step already; otherwise it does so when it sees the promise. */
  readonly holdsPermit?: boolean;
}

/**
 * One node function being called, with everything a plain call lacks: events, context, retries, time limit, checks.
 *
 * It is the task and the context of all its attempts; a time-out of one attempt aborts only that attempt's signal.
 */
export class LeafCall extends Task implements NodeContext {
  attempt = 1;
  readonly #execution: Execution;
  readonly #step: Step;
  readonly #definition: NodeDefinition;
  /** Who is told; nobody when a counter is enough. */
  readonly #emitter: Emitter | undefined;
  readonly #counter: ItemCounter | undefined;
  readonly #signature: string | undefined;
  readonly #invoke: CallSettings['invoke'];
  readonly #keep: CallSettings['keep'];
  readonly #holdsPermit: boolean;
  /** Whether the function is called elsewhere. */
  readonly #sent: boolean;
  #inputs: Record<string, unknown>;
  #span: Span | undefined;
  #closed = false;
  #resting = false;
  #timer: NodeJS.Timeout | undefined;
  #log: NodeLog | undefined;
  #progress: ((done: number, total?: number) => void) | undefined;
  #attemptAbort: AbortController | undefined;
  /** From the start a number with a fraction for V8, or the first real one would change the hidden class. */
  #startedAt = Number.NaN;
  #bytes: number | undefined;
  #resolve: ((result: unknown) => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(execution: Execution, step: Step, definition: NodeDefinition, how: CallSettings = {}) {
    super(execution);
    this.#execution = execution;
    this.#step = step;
    this.#definition = definition;
    this.#counter = execution.settings.counter;
    const { emitter } = execution.scope;
    this.#emitter = this.#counter === undefined && emitter?.hearsNodes === true ? emitter : undefined;
    this.#signature = how.signature;
    this.#invoke = how.invoke;
    this.#keep = how.keep;
    this.#holdsPermit = how.holdsPermit === true;
    const { sending } = execution.scope;
    this.#sent = sending?.unit === 'node' && this.#invoke === undefined && wantsSending(definition, sending);
    this.#inputs = gather(step.Arguments, step.inputSlots, execution.values);
  }

  get path(): string {
    return this.#execution.pathOf(this.#step);
  }

  override get signal(): AbortSignal {
    if (this.#definition.options.timeout === undefined) return this.#execution.signal;
    if (this.#attemptAbort === undefined) {
      this.#attemptAbort = new AbortController();
      const reason = this.stopped;
      if (reason !== undefined) this.#attemptAbort.abort(reason);
    }
    return this.#attemptAbort.signal;
  }

  get log(): NodeLog {
    this.#log ??= this.#makeLog();
    return this.#log;
  }

  /** Works also without its object: functions take it out of their parameter, `(inputs, { progress }) => …`. */
  get progress(): NodeContext['progress'] {
    this.#progress ??= (done, total) => {
      if (this.#closed) return;
      this.#counter?.nodeProgressed(this.#step.index, done, total);
      if (this.#span === undefined) return;
      this.#emitter?.emit('onNodeProgress', { ...this.#span.event(), node: this.#step.label, done, total });
    };
    return this.#progress;
  }

  /** Calls the function: its checked result (a list of values for a node with several outputs), or a promise of it. */
  start(): MaybePromise<unknown> {
    this.#execution.executed++;
    this.#opened();
    for (;;) {
      try {
        const result = this.#attempt();
        if (isThenable(result)) return this.#follow(result);
        this.#succeeded(result);
        return result;
      } catch (error) {
        const next = this.#afterFailure(error);
        if ('error' in next) {
          this.#ended(next, undefined);
          throw next.error;
        }
        if (!this.#execution.scope.root.sync) return this.#follow(undefined, next.delay);
        sleepSync(next.delay);
        this.attempt++;
      }
    }
  }

  /** One call, with what comes before and after it; a promise from the first step on that needs one. */
  #attempt(): unknown {
    const { timeout } = this.#definition.options;
    if (timeout !== undefined || this.#keep !== undefined) this.#startedAt = performance.now();
    let inputs: MaybePromise<Record<string, unknown>> = this.#inputs;
    if (this.#step.schemas !== undefined) inputs = validateEdges(this.#step, inputs, this.path);
    if (this.#execution.settings.hasResources && !this.#sent) {
      inputs = isThenable(inputs) ? inputs.then(withResources) : withResources(inputs);
    }
    if (isThenable(inputs)) return this.#awaitable(inputs.then((ready) => this.#call(ready)));
    const result = this.#call(inputs);
    if (timeout !== undefined && !isThenable(result) && performance.now() - this.#startedAt > timeout) {
      throw timedOut(this.path, 'node', timeout);
    }
    return this.#awaitable(result);
  }

  #call(inputs: Record<string, unknown>): unknown {
    const result = this.#invoke === undefined ? this.#watched(inputs) : this.#invoke(inputs);
    if (!this.#definition.keyed && this.#definition.output === undefined) return result;
    const check = (value: unknown): unknown => checkResult(this.#definition, value, this.path);
    return isThenable(result) ? result.then(check) : check(result);
  }

  /** Inside the callbacks that want to be around node functions. */
  #watched(inputs: Record<string, unknown>): unknown {
    const span = this.#span;
    const emitter = this.#emitter;
    if (span === undefined || emitter?.wraps !== true) return this.#run(inputs);
    return emitter.wrapNode(this.#startEvent(span), () => this.#run(inputs));
  }

  #run(inputs: Record<string, unknown>): unknown {
    const { sending, root } = this.#execution.scope;
    const definition = this.#definition;
    if (sending?.unit !== 'node') return definition.run(inputs, this);
    if (!this.#sent) return runHere(definition, inputs, this);
    return sendNode(definition, inputs, { root, sending, call: this, around: this.#around() });
  }

  /** What callbacks want to be around the function where it is called. */
  #around() {
    const span = this.#span;
    const callbacks = span === undefined ? [] : this.#emitter!.companions(span.event());
    return callbacks.length === 0 ? undefined : { callbacks, event: { ...this.#startEvent(span!), inputs: {} } };
  }

  #awaitable(result: unknown): unknown {
    if (this.#execution.scope.root.sync && isThenable(result)) refusePromise(result, this.#definition, this.path);
    return result;
  }

  /** Goes on asynchronously: with a started attempt, or with the next one after `delay`. */
  #follow(result: PromiseLike<unknown> | undefined, delay = 0): Promise<unknown> {
    this.#execution.adopt(this);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (result !== undefined) this.#await(result);
      else this.#rest(delay, this.#holdsPermit);
    });
  }

  #await(result: PromiseLike<unknown>): void {
    const { attempt } = this;
    const { timeout } = this.#definition.options;
    if (timeout !== undefined) {
      this.#timer = startTimer(Math.max(0, timeout - (performance.now() - this.#startedAt)), () => {
        const error = timedOut(this.path, 'node', timeout);
        this.#attemptAbort?.abort(error);
        this.#attemptFailed(attempt, error);
      });
    }
    result.then(
      (value) => {
        if (this.#closed || attempt !== this.attempt || this.#resting) return;
        clearTimeout(this.#timer);
        this.#succeeded(value);
        this.#resolve?.(value);
      },
      (error) => this.#attemptFailed(attempt, error),
    );
  }

  #attemptFailed(attempt: number, error: unknown): void {
    // A late answer of an attempt that was given up.
    if (this.#closed || attempt !== this.attempt || this.#resting) return;
    clearTimeout(this.#timer);
    const next = this.#afterFailure(error);
    if ('error' in next) {
      this.#ended(next, undefined);
      this.#reject?.(next.error);
    } else this.#rest(next.delay, true);
  }

  /** Waits before the next attempt, leaving its permit to others meanwhile. */
  #rest(delay: number, holdsPermit: boolean): void {
    const { budget } = this.#execution.scope;
    this.#resting = true;
    this.#attemptAbort = undefined;
    // A synchronous failure has no permit yet: its execution takes one when it sees the promise.
    if (this.#invoke === undefined) {
      if (holdsPermit) budget.release();
      else queueMicrotask(() => budget.release());
    }
    this.#timer = setTimeout(() => this.resume(), delay);
  }

  /** Starts the next attempt as soon as there is a permit. */
  resume(): void {
    if (this.#closed) return;
    const { budget } = this.#execution.scope;
    if (this.#invoke === undefined) {
      if (!budget.free) {
        budget.wait(this);
        return;
      }
      budget.take();
    }
    this.#resting = false;
    this.attempt++;
    let result: unknown;
    try {
      result = this.#attempt();
    } catch (error) {
      this.#attemptFailed(this.attempt, error);
      return;
    }
    this.#await(isThenable(result) ? result : Promise.resolve(result));
  }

  /** How long to wait before the next attempt, or what the node ends with: its error, or that of a broken retry policy. */
  #afterFailure(error: unknown): { readonly delay: number } | { readonly error: unknown } {
    const { retries } = this.#definition.options;
    if (retries === undefined || this.stopped !== undefined) return { error };
    let delayMs: number | undefined;
    try {
      delayMs = retryDelay(retries, error, this.attempt);
    } catch (policyError) {
      return { error: policyError };
    }
    if (delayMs === undefined) return { error };
    this.#counter?.nodeRetried(this.#step.index, this.path, { attempt: this.attempt, error, delayMs });
    if (this.#span !== undefined) {
      this.#emitter?.emit('onNodeRetry', {
        ...this.#span.event(),
        node: this.#step.label,
        attempt: this.attempt,
        error,
        delayMs,
      });
    }
    return { delay: delayMs };
  }

  #opened(): void {
    const emitter = this.#emitter;
    if (emitter === undefined) return;
    const execution = this.#execution;
    const { root, pipeline } = execution.scope;
    const span = new Span(root, execution.span?.id, this.path, execution.depth + 1, pipeline.name);
    this.#span = span;
    if (emitter.wants('onNodeStart')) emitter.emit('onNodeStart', this.#startEvent(span));
  }

  #startEvent(span: Span): NodeStartEvent {
    return {
      runId: span.runId,
      spanId: span.id,
      parentSpanId: span.parent,
      path: span.path,
      depth: span.depth,
      pipeline: span.pipeline,
      time: span.startTime,
      node: this.#step.label,
      inputs: this.#inputs,
      signature: this.#signature,
      nested: false,
    };
  }

  #succeeded(result: unknown): void {
    if (this.#keep !== undefined) this.#bytes = this.#keep(result, performance.now() - this.#startedAt);
    this.#ended(undefined, result);
  }

  #ended(failure: { readonly error: unknown } | undefined, result: unknown): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#execution.disown(this);
    if (this.attempt > 1) this.#counter?.retriesEnded(this.#step.index);
    if (failure !== undefined && this.stopped === undefined) recordNodePath(failure.error, this.path);
    const emitter = this.#emitter;
    const span = this.#span;
    if (emitter === undefined || span === undefined) return;
    // What was stopped has not failed; whatever it is a part of tells why.
    if (failure !== undefined && this.stopped === undefined && emitter.wants('onError')) {
      this.#execution.scope.root.told(failure.error);
      emitter.emit('onError', { ...span.event(), node: this.#step.label, error: failure.error });
    }
    if (!emitter.wants('onNodeEnd')) return;
    const { durationMs } = span;
    emitter.emit('onNodeEnd', {
      runId: span.runId,
      spanId: span.id,
      parentSpanId: span.parent,
      path: span.path,
      depth: span.depth,
      pipeline: span.pipeline,
      time: span.startTime + durationMs,
      node: this.#step.label,
      outputs: failure === undefined ? namedOutputs(this.#step, result) : undefined,
      error: failure?.error,
      durationMs,
      signature: this.#signature,
      nested: false,
      attempt: this.attempt,
      bytes: this.#bytes,
    });
  }

  #makeLog(): NodeLog {
    return nodeLog((level, message, data) => {
      if (this.#span === undefined) return;
      this.#emitter?.emit('onNodeLog', { ...this.#span.event(), node: this.#step.label, level, message, data });
    });
  }

  protected override onStop(reason: StopReason): void {
    if (this.#closed) return;
    this.#attemptAbort?.abort(reason);
    // The execution gives back a permit for every promise it followed.
    if (this.#resting && this.#invoke === undefined) this.#execution.scope.budget.take();
    this.#ended({ error: reason }, undefined);
    this.#reject?.(reason);
  }
}

/** A node's result by output name, as events show it. */
function namedOutputs({ definition, Outputs }: Step, result: unknown): Record<string, unknown> {
  if (definition.kind === 'node' && !definition.keyed) return new Outputs(result);
  return construct(Outputs, result as readonly unknown[]);
}
