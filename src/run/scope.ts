import type { Cache } from '../cache/index.ts';
import { type Callback, Emitter, type PipelineSummary, RunContext } from '../events/index.ts';
import { labelOf, type NestedDefinition, type PipelineGraph, type Step } from '../graph/index.ts';
import { Budget } from './budget.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import type { MaybePromise } from './maybe-promise.ts';
import type { PipelineOptions } from './options.ts';

/** Node functions in progress at once when nobody says otherwise. */
export const DEFAULT_CONCURRENCY = 100;

const processId = `${process.pid.toString(36)}${Date.now().toString(36)}`;
let runs = 0;

/** Runs a pipeline as one step of another. */
export type NestedRunner = (outer: Execution, step: Step, definition: NestedDefinition) => MaybePromise<unknown[]>;

/** What everything below one `run`, `map` or `stream` call shares. */
export class RootRun {
  readonly id: string;
  readonly context: RunContext;
  /** True in `runSync`: a promise is an error. */
  readonly sync: boolean;
  /** Given, not imported: what runs nested pipelines itself starts executions, and files must not import in circles. */
  readonly runNested: NestedRunner;
  /** Every callback that took part, to be flushed at the end. */
  readonly callbacks = new Set<Callback>();
  readonly #emitters = new Map<readonly Callback[], Emitter>();
  readonly #budgets = new Map<PipelineGraph, Budget>();
  #spans = 0;

  constructor(sync: boolean, runNested: NestedRunner) {
    this.id = `${processId}-${(runs++).toString(36)}`;
    this.sync = sync;
    this.runNested = runNested;
    this.context = new RunContext(this.id);
  }

  nextSpan(): number {
    return ++this.#spans;
  }

  /** One emitter per list of callbacks; none for an empty list. */
  emitterFor(callbacks: readonly Callback[]): Emitter | undefined {
    if (callbacks.length === 0) return undefined;
    let emitter = this.#emitters.get(callbacks);
    if (emitter === undefined) {
      emitter = new Emitter(callbacks, this.context);
      this.#emitters.set(callbacks, emitter);
      for (const callback of callbacks) this.callbacks.add(callback);
    }
    return emitter;
  }

  /** A nested pipeline's own limit counts over all its runs below this root. */
  budgetFor(pipeline: PipelineGraph, limit: number, parent: Budget): Budget {
    let budget = this.#budgets.get(pipeline);
    if (budget === undefined) {
      budget = new Budget(limit, parent);
      this.#budgets.set(pipeline, budget);
    }
    return budget;
  }
}

/** The configuration in force for one pipeline of a run, inherited or its own. */
export class Scope {
  readonly root: RootRun;
  readonly pipeline: PipelineGraph;
  readonly cache: Cache | undefined;
  readonly emitter: Emitter | undefined;
  readonly engine: Engine | undefined;
  readonly budget: Budget;
  /** True when nobody watches and nothing is cached: plain nodes may be called as they are. */
  readonly plain: boolean;
  readonly #nested = new Map<NestedDefinition, Scope>();

  private constructor(
    root: RootRun,
    pipeline: PipelineGraph,
    settings: Pick<Scope, 'cache' | 'emitter' | 'engine' | 'budget'>,
  ) {
    this.root = root;
    this.pipeline = pipeline;
    this.cache = settings.cache;
    this.emitter = settings.emitter;
    this.engine = settings.engine;
    this.budget = settings.budget;
    this.plain = this.emitter === undefined && this.cache === undefined;
    this.emitter?.context.learn(pipeline.name, summarize(pipeline));
  }

  static root(root: RootRun, pipeline: PipelineGraph, options: PipelineOptions): Scope {
    return new Scope(root, pipeline, {
      cache: options.cache ?? undefined,
      emitter: root.emitterFor(options.callbacks ?? []),
      engine: options.engine ?? undefined,
      budget: new Budget(options.concurrency ?? DEFAULT_CONCURRENCY),
    });
  }

  /** Scope of a pipeline nested in this one; the same object for every run of it. */
  nested(definition: NestedDefinition): Scope {
    let scope = this.#nested.get(definition);
    if (scope === undefined) {
      const { pipeline } = definition;
      const own = (pipeline as { readonly options?: PipelineOptions }).options ?? {};
      const cache = own.cache === undefined ? this.cache : (own.cache ?? undefined);
      scope = new Scope(this.root, pipeline, {
        cache: definition.cache === false ? undefined : cache,
        emitter: own.callbacks === undefined ? this.emitter : this.root.emitterFor(own.callbacks),
        engine: own.engine === undefined ? this.engine : (own.engine ?? undefined),
        budget:
          own.concurrency === undefined ? this.budget : this.root.budgetFor(pipeline, own.concurrency, this.budget),
      });
      this.#nested.set(definition, scope);
    }
    return scope;
  }
}

const summaries = new WeakMap<PipelineGraph, PipelineSummary>();

function summarize(pipeline: PipelineGraph): PipelineSummary {
  let summary = summaries.get(pipeline);
  if (summary === undefined) {
    const { order, definitions } = pipeline.wiring;
    summary = { totalNodes: order.length, nodeNames: order.map((unit) => labelOf(definitions[unit]!)) };
    summaries.set(pipeline, summary);
  }
  return summary;
}
