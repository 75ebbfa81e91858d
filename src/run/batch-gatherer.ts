import { OutputError } from '../errors.ts';
import type { NodeContext, NodeDefinition, Plan, Step } from '../graph/index.ts';
import { detachedContext } from '../graph/index.ts';
import type { Execution } from './execution.ts';
import { type CallSettings, LeafCall } from './leaf-call.ts';
import type { MapRun } from './map-run.ts';
import type { MaybePromise } from './maybe-promise.ts';
import { nodeLog } from './node-log.ts';

/** Items that one call of a batch function gets at most; bounds what a map holds in memory. */
const LARGEST_BATCH = 1024;

interface Entry {
  readonly inputs: Record<string, unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Where the items of a map wait for each other at nodes that have a batch form.
 *
 * A batch goes out when it is full, or when no item of the map can get on by itself any more; items that the cache knows
 * never come here, so that the function sees only the misses, in batches as full as they can be.
 */
export class BatchGatherer {
  readonly #map: MapRun;
  readonly #waiting = new Map<Step, Entry[]>();
  #size = 0;
  /** Steps of items that are in progress and not waiting here. */
  #busy = 0;
  #scheduled = false;

  private constructor(map: MapRun) {
    this.#map = map;
  }

  /** A gatherer for a map over this plan; `undefined` when none of its nodes has a batch form, or nothing may wait. */
  static for(plan: Plan, map: MapRun): BatchGatherer | undefined {
    if (map.scope.root.sync || !plan.steps.some((step) => batchOf(step) !== undefined)) return undefined;
    return new BatchGatherer(map);
  }

  /** Number of executions that wait here. */
  get size(): number {
    return this.#size;
  }

  get full(): boolean {
    return this.#size >= LARGEST_BATCH;
  }

  /** Whether this step waits for a batch instead of running by itself. */
  takes(step: Step): boolean {
    return batchOf(step) !== undefined;
  }

  /** The step of one item, as a promise of its share of a batch's result. */
  call(execution: Execution, step: Step, definition: NodeDefinition, how: CallSettings = {}): MaybePromise<unknown> {
    const invoke = (inputs: Record<string, unknown>): Promise<unknown> => this.#add(step, inputs);
    return new LeafCall(execution, step, definition, { ...how, invoke }).start();
  }

  began(): void {
    this.#busy++;
  }

  finished(): void {
    this.#busy--;
    this.schedule();
  }

  /** Looks, once everything that can go on by itself has, whether a batch is due. */
  schedule(): void {
    if (this.#scheduled || this.#size === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#map.resume();
      if (this.#busy === 0 || this.full) for (const step of this.#waiting.keys()) this.#flush(step);
    });
  }

  #add(step: Step, inputs: Record<string, unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const entry = { inputs, resolve, reject };
      const entries = this.#waiting.get(step);
      if (entries === undefined) this.#waiting.set(step, [entry]);
      else entries.push(entry);
      this.#size++;
      this.schedule();
    });
  }

  #flush(step: Step): void {
    const { budget } = this.#map.scope;
    if ((this.#waiting.get(step)?.length ?? 0) === 0) return;
    if (!budget.free) {
      budget.wait({ resume: () => this.#flush(step) });
      return;
    }
    const entries = this.#waiting.get(step)!.splice(0, LARGEST_BATCH);
    this.#size -= entries.length;
    budget.take();
    this.#busy++;
    void this.#run(step, entries).finally(() => {
      budget.release();
      this.finished();
    });
  }

  async #run(step: Step, entries: readonly Entry[]): Promise<void> {
    const path = `${this.#map.path} > ${step.label}`;
    try {
      const results = await batchOf(step)!(columnsOf(step, entries), this.#context(step, path));
      checkLength(results, entries.length, path);
      entries.forEach((entry, index) => {
        entry.resolve(results[index]);
      });
    } catch (error) {
      for (const entry of entries) entry.reject(error);
    }
  }

  /** One call is for many items, so what it tells belongs to the map. */
  #context({ label }: Step, path: string): NodeContext {
    const map = this.#map;
    const { span } = map;
    const { emitter } = map.scope;
    const context = Object.defineProperty(detachedContext(path), 'signal', { get: () => map.signal });
    if (span === undefined || emitter === undefined) return context;
    const event = () => ({ ...span.event(), path, depth: span.depth + 1, node: label });
    const log = nodeLog((level, message, data) => emitter.emit('onNodeLog', { ...event(), level, message, data }));
    const progress = (done: number, total?: number): void =>
      emitter.emit('onNodeProgress', { ...event(), done, total });
    return Object.defineProperties(context, { log: { value: log }, progress: { value: progress } });
  }
}

const batchOf = ({ definition }: Step): NodeDefinition['batch'] =>
  definition.kind === 'node' ? definition.batch : undefined;

/** One list per input, in the order of the items. */
function columnsOf({ definition }: Step, entries: readonly Entry[]): Record<string, unknown[]> {
  return Object.fromEntries(definition.inputs.map(({ inner }) => [inner, entries.map(({ inputs }) => inputs[inner])]));
}

function checkLength(results: unknown, expected: number, path: string): asserts results is readonly unknown[] {
  const isList = Array.isArray(results) || (ArrayBuffer.isView(results) && !(results instanceof DataView));
  const found = isList ? (results as ArrayLike<unknown>).length : undefined;
  if (found === expected) return;
  throw new OutputError(
    'OUTPUT_BATCH_LENGTH',
    `${path}: the batch function returned ${found === undefined ? `a value of type ${typeof results}` : `${found} results`} for ${expected} items.`,
    { path, hint: 'Return a list with one result per item, in their order.' },
  );
}
