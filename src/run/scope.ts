import type { Cache } from '../cache/index.ts';
import { type Callback, Emitter, flushCallbacks, type PipelineSummary, RunContext } from '../events/index.ts';
import { labelOf, type NestedDefinition, type NodeDefinition, type PipelineGraph, type Step } from '../graph/index.ts';
import type { CodeIdentity } from '../identity/index.ts';
import { Budget } from './budget.ts';
import { acceptedCode } from './caching/accepted-code.ts';
import { CodeGuard } from './caching/code-guard.ts';
import { codeOf } from './caching/code-of.ts';
import { History } from './caching/history.ts';
import { InputGuard } from './caching/input-guard.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import { isThenable, type MaybePromise } from './maybe-promise.ts';
import type { PipelineOptions } from './options.ts';
import type { Sending } from './sending/job.ts';

/** Node functions in progress at once when nobody says otherwise. */
export const DEFAULT_CONCURRENCY = 100;

const processId = `${process.pid.toString(36)}${Date.now().toString(36)}`;
let runs = 0;

/** Runs a pipeline as one step of another. */
export type NestedRunner = (outer: Execution, step: Step, definition: NestedDefinition) => MaybePromise<unknown[]>;

/** Something that failed in a run that collects errors. */
export interface NodeFailure {
  /** `all > per_doc[3] > wordCount`. */
  readonly path: string;
  readonly error: unknown;
}

/** A cached result that a spot check could not reproduce. */
export interface Mismatch {
  /** Node: `all > per_doc[3] > wordCount`. */
  readonly path: string;
  readonly cached: unknown;
  readonly computed: unknown;
}

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
  /** Share of cache hits that run again for comparison. */
  readonly spotCheck: number;
  readonly history = new History();
  readonly guard = new InputGuard();
  readonly codeGuard = new CodeGuard();
  /** Failures that nested maps collected. */
  readonly collected: NodeFailure[] = [];
  /** Spot checks that found another result. */
  readonly mismatches: Mismatch[] = [];
  readonly #codes = new Map<NodeDefinition, CodeIdentity>();
  /** Structures that nodes of the run change; `undefined` until one is met that changes anything. */
  #changed: ReadonlySet<unknown> | undefined;
  readonly #keyCodes = new Map<Cache, Map<string, MaybePromise<string>>>();
  readonly #writes: Promise<unknown>[] = [];
  readonly #emitters = new Map<readonly Callback[], Emitter>();
  readonly #budgets = new Map<PipelineGraph, Budget>();
  readonly #once = new Map<object, unknown>();
  readonly #toldErrors = new WeakSet<object>();
  #spans = 0;

  /** @param id Of the run at home, when part of it was sent here. */
  constructor(sync: boolean, runNested: NestedRunner, spotCheck = 0, id?: string) {
    this.spotCheck = spotCheck;
    this.id = id ?? `${processId}-${(runs++).toString(36)}`;
    this.sync = sync;
    this.runNested = runNested;
    this.context = new RunContext(this.id);
  }

  nextSpan(): number {
    return ++this.#spans;
  }

  /**
   * Code identity of a node, worked out once per root run: captured variables may change between runs. What the nodes of
   * the run change themselves is looked at every time.
   */
  codeOf(definition: NodeDefinition): CodeIdentity {
    let code = this.#codes.get(definition);
    if (code === undefined || (this.#changed !== undefined && this.#mayBeOther(code, this.#changed))) {
      code = codeOf(definition);
      this.#codes.set(definition, code);
      if (code.changes) this.#changed = new Set([...(this.#changed ?? []), ...code.changes]);
    }
    return code;
  }

  #mayBeOther({ holds, reads, unidentified }: CodeIdentity, changed: ReadonlySet<unknown>): boolean {
    // Whatever it uses, it runs uncached.
    if (unidentified.length > 0) return false;
    if (holds?.() === false) return true;
    for (const structure of changed) if (reads(structure as object)) return true;
    return false;
  }

  /** What keys are made of for this code in this cache; looked up once per root run. */
  keyCodeOf(cache: Cache, code: string): MaybePromise<string> {
    let known = this.#keyCodes.get(cache);
    if (known === undefined) {
      known = new Map();
      this.#keyCodes.set(cache, known);
    }
    let accepted = known.get(code);
    if (accepted === undefined) {
      try {
        accepted = acceptedCode(cache, code);
      } catch {
        // A cache that fails accepts nothing; what it fails at next is told of.
        accepted = code;
      }
      known.set(code, accepted);
      if (isThenable(accepted)) {
        accepted.then(
          (settled) => known.set(code, settled),
          () => known.set(code, code),
        );
      }
    }
    return accepted;
  }

  /** What is made of this object once for the whole root run. */
  once<T>(of: object, make: () => T): T {
    if (!this.#once.has(of)) this.#once.set(of, make());
    return this.#once.get(of) as T;
  }

  /** Remembers that callbacks were told of this error. */
  told(error: unknown): void {
    if (typeof error === 'object' && error !== null) this.#toldErrors.add(error);
  }

  /** Whether callbacks were told of it. What is no object was thrown by a node, which told of it. */
  hasTold(error: unknown): boolean {
    return typeof error !== 'object' || error === null || this.#toldErrors.has(error);
  }

  /** Something that has to be done before the run counts as finished. */
  pending(write: Promise<unknown>): void {
    this.#writes.push(write);
  }

  /** Everything that the run owes its caches and callbacks; `undefined` when there is nothing to wait for. */
  settle(): Promise<unknown> | undefined {
    this.codeGuard.finish();
    const owed = [...this.#writes, this.history.write(), flushCallbacks(this.callbacks)].filter(
      (debt) => debt !== undefined,
    );
    return owed.length === 0 ? undefined : Promise.all(owed);
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
  /** True when nothing is cached and nothing is sent away: all that happens are calls, watched or not. */
  readonly callsOnly: boolean;
  /** True when nobody watches either: plain nodes may be called as they are. */
  readonly plain: boolean;
  readonly #nested = new Map<NestedDefinition, Scope>();
  #here: Scope | undefined;

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
    this.callsOnly = this.cache === undefined && this.sending === undefined;
    this.plain = this.callsOnly && this.emitter === undefined;
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

  /** How the engine sends work away, if it does. */
  get sending(): Sending | undefined {
    return this.engine?.sending;
  }

  /** The same configuration without the engine, for what is not worth sending. */
  get here(): Scope {
    this.#here ??= new Scope(this.root, this.pipeline, { ...this, engine: undefined });
    return this.#here;
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
