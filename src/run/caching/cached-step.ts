import type { Cache, CacheEntry, EntryHeader } from '../../cache/index.ts';
import type { NodeDefinition, Step } from '../../graph/index.ts';
import type { CodeIdentity } from '../../identity/index.ts';
import type { Execution } from '../execution.ts';
import { andThen, isThenable, type MaybePromise } from '../maybe-promise.ts';
import { messageOf } from '../message-of.ts';
import { Span } from '../span.ts';
import { refuseCachePromise } from '../sync.ts';
import { warnOnce } from '../warn-once.ts';
import { entryOf, headOf } from './ask-cache.ts';
import { hasOutputs, keyedOutputs, outputKeys, savedMs, storedOutputs } from './cached-outputs.ts';
import { CachedValue, loadSlots } from './cached-value.ts';
import { digestValue } from './code-of.ts';
import { inputDigests } from './input-digests.ts';
import { flightsOf } from './single-flight.ts';
import { StepEntry } from './step-entry.ts';
import { callUncached } from './uncached-call.ts';

/** Runs a node through the cache: takes its result from there, or calls it and keeps what it returns. */
export class CachedStep {
  readonly #execution: Execution;
  readonly #step: Step;
  readonly #definition: NodeDefinition;
  readonly #cache: Cache;
  /** What its result is kept as. */
  readonly #own: StepEntry;
  /** The entry, when it was read together with its header and is not decoded yet. */
  #entry: CacheEntry | undefined;
  #loaded: MaybePromise<Record<string, unknown>> | undefined;
  /** What stands for its outputs until somebody asks for them. */
  readonly #standIns: CachedValue[] = [];
  /** Whether the node was called and has given a promise, if the call is not over. */
  #isWaiting = false;

  private constructor(own: StepEntry) {
    this.#own = own;
    this.#execution = own.execution;
    this.#step = own.step;
    this.#definition = own.definition;
    this.#cache = own.cache;
  }

  /** The step's result, from the cache or not; cached outputs are `CachedValue`s. */
  static perform(execution: Execution, step: Step, definition: NodeDefinition, cache: Cache): MaybePromise<unknown> {
    const { root } = execution.scope;
    const code = root.codeOf(definition);
    const inputs = code.unidentified.length > 0 ? undefined : inputDigests(execution, step, definition);
    if (inputs === undefined) {
      warnUnidentified(code, execution, step);
      return callUncached(execution, step, definition);
    }
    const begin = (keyCode: string, holdsPermit: boolean): MaybePromise<unknown> =>
      new CachedStep(new StepEntry(execution, step, definition, cache, { code, inputs, keyCode })).#perform(
        holdsPermit,
      );
    const keyCode = root.keyCodeOf(cache, code.digest);
    if (!isThenable(keyCode)) return begin(keyCode as string, false);
    if (root.sync) return refuseCachePromise(keyCode, execution.pathOf(step));
    return Promise.resolve(keyCode as Promise<string>).then(
      (accepted) => begin(accepted, true),
      () => begin(code.digest, true),
    );
  }

  #perform(holdsPermit: boolean): MaybePromise<unknown> {
    const { recompute } = this.#execution.settings;
    if (recompute?.has(this.#execution.plan, this.#step) === true) return this.#compute(holdsPermit);
    const flight = flightsOf(this.#cache).get(this.#own.signature);
    if (flight !== undefined && !this.#execution.scope.root.sync) return this.#join(flight, holdsPermit);
    return this.#ask(holdsPermit);
  }

  /** Asks the cache, and goes on with what it knows; one that fails knows nothing. */
  #ask(holdsPermit: boolean): MaybePromise<unknown> {
    let head: MaybePromise<EntryHeader | undefined>;
    try {
      head = this.#lookUp();
    } catch (error) {
      this.#warnOfRead(error);
      return this.#compute(holdsPermit);
    }
    this.#checked(head);
    if (isThenable(head)) {
      const asked = Promise.resolve(head as Promise<EntryHeader | undefined>).then(
        (found) => this.#decide(found, true),
        (error) => {
          this.#warnOfRead(error);
          return this.#compute(true);
        },
      );
      this.#announce(asked);
      return asked;
    }
    return this.#decide(head as EntryHeader | undefined, holdsPermit);
  }

  /** What the cache knows of the result; the whole entry when it will be asked for in any case. */
  #lookUp(): MaybePromise<EntryHeader | undefined> {
    const cache = this.#cache;
    if (!this.#step.returned || !this.#execution.settings.loadsOutputs) return headOf(cache, this.#own.signature);
    return andThen(entryOf(cache, this.#own.signature), (entry) => {
      this.#entry = entry;
      return entry?.header;
    });
  }

  #decide(header: EntryHeader | undefined, holdsPermit: boolean): MaybePromise<unknown> {
    if (!hasOutputs(header, this.#definition)) return this.#compute(holdsPermit);
    const { spotCheck } = this.#execution.scope.root;
    if (spotCheck > 0 && Math.random() < spotCheck) return this.#compare(header, holdsPermit);
    return this.#hit(header);
  }

  #hit(header: EntryHeader): unknown {
    const execution = this.#execution;
    execution.cached++;
    const values = outputKeys(this.#definition).map((key, offset) => this.#cachedValue(header, key, offset));
    const result = this.#definition.keyed ? values : values[0];
    this.#own.noteDown(savedMs(header), undefined);
    const { emitter, root, pipeline } = execution.scope;
    if (execution.settings.counter !== undefined) {
      execution.savedMs ??= [];
      execution.savedMs[this.#step.index] = savedMs(header);
    } else if (emitter?.wants('onNodeCached') === true) {
      const path = execution.pathOf(this.#step);
      const span = new Span(root, execution.span?.id, path, execution.depth + 1, pipeline.name);
      emitter.emit('onNodeCached', {
        ...span.event(),
        node: this.#step.label,
        signature: this.#own.signature,
        savedMs: savedMs(header),
      });
    }
    return result;
  }

  #cachedValue(header: EntryHeader, key: string, offset: number): CachedValue {
    const known = header.digests[key]!;
    this.#execution.digests!.set(this.#step.outputSlot + offset, known, true);
    const standIn = new CachedValue(known, () => andThen(this.#load(), (outputs) => outputs[key]));
    this.#standIns[offset] = standIn;
    return standIn;
  }

  /** The stored outputs; when the entry is gone or damaged by now, the node runs after all. */
  #load(): MaybePromise<Record<string, unknown>> {
    if (this.#loaded !== undefined) return this.#loaded;
    const found = this.#entry ?? this.#read();
    this.#entry = undefined;
    const loaded = andThen(found, (entry: CacheEntry | undefined) => {
      const outputs = storedOutputs(entry?.value, this.#definition);
      if (outputs !== undefined) this.#compareDigests(entry?.header);
      return outputs ?? andThen(this.#compute(), (result) => this.#replaced(result));
    });
    this.#loaded = loaded;
    return loaded;
  }

  /** Another result may have taken the place of the one that its digests were read of. */
  #compareDigests(header: EntryHeader | undefined): void {
    const digests = hasOutputs(header, this.#definition) ? header.digests : undefined;
    for (const [offset, key] of outputKeys(this.#definition).entries()) {
      const standIn = this.#standIns[offset];
      if (standIn !== undefined) standIn.outdated = digests?.[key] !== standIn.digest;
    }
  }

  /** Outputs that were computed although something was built on those that were stored. */
  #replaced(result: unknown): Record<string, unknown> {
    const outputs = keyedOutputs(this.#definition, result);
    for (const [offset, key] of outputKeys(this.#definition).entries()) {
      const standIn = this.#standIns[offset];
      if (standIn !== undefined) standIn.outdated = !isOf(outputs[key], standIn.digest);
    }
    return outputs;
  }

  /** The entry; a cache that fails has none. */
  #read(): MaybePromise<CacheEntry | undefined> {
    let found: MaybePromise<CacheEntry | undefined>;
    try {
      found = entryOf(this.#cache, this.#own.signature);
    } catch (error) {
      this.#warnOfRead(error);
      return undefined;
    }
    if (!isThenable(this.#checked(found))) return found;
    return Promise.resolve(found as Promise<CacheEntry | undefined>).then(undefined, (error) => {
      this.#warnOfRead(error);
      return undefined;
    });
  }

  /** Calls the node on its loaded inputs and keeps the result. */
  #compute(holdsPermit = false): MaybePromise<unknown> {
    const execution = this.#execution;
    const { inputSlots } = this.#step;
    const { root } = execution.scope;
    const unread = inputSlots.map((slot) => execution.values[slot]).filter((value) => value instanceof CachedValue);
    const result = andThen(this.#checked(loadSlots(inputSlots, execution.values)), () => {
      const { stopped } = execution;
      if (stopped !== undefined) throw stopped;
      if (unread.some(({ outdated }) => outdated) && !this.#own.signAnew()) {
        return callUncached(execution, this.#step, this.#definition, { holdsPermit });
      }
      const called = callUncached(execution, this.#step, this.#definition, {
        signature: this.#own.signature,
        keep: (value, durationMs) => (this.#mayKeep() ? this.#own.keep(value, durationMs) : undefined),
        holdsPermit,
      });
      this.#isWaiting = true;
      return called;
    });
    if (isThenable(result) && !root.sync) this.#announce(Promise.resolve(result));
    return result;
  }

  /** Lets equal executions wait for this one, until its result can be found in the cache. */
  #announce(result: Promise<unknown>): void {
    const flights = flightsOf(this.#cache);
    if (flights.get(this.#own.signature) !== undefined) return;
    flights.start(
      this.#own.signature,
      result.then(() => this.#own.written),
    );
  }

  /**
   * Waits for an equal execution that is already in progress; when that one fails, this one tries for itself. Others have
   * its permit meanwhile: the one it waits for may need one to go on.
   */
  #join(flight: Promise<unknown>, holdsPermit: boolean): Promise<unknown> {
    const { budget } = this.#execution.scope;
    const waitsForBatch = this.#definition.batch !== undefined && this.#execution.settings.batches !== undefined;
    if (waitsForBatch) {
      return flight.then(
        () => this.#ask(true),
        () => this.#compute(true),
      );
    }
    // Whoever sees the promise takes the permit.
    if (holdsPermit) budget.release();
    else queueMicrotask(() => budget.release());
    return flight.then(
      () => budget.acquire().then(() => this.#ask(true)),
      () => budget.acquire().then(() => this.#compute(true)),
    );
  }

  /** Whether nobody else has changed, while the node waited, what it is known to use; what it changes itself is seen by its code. */
  #mayKeep(): boolean {
    const { holds } = this.#own.code;
    if (!this.#isWaiting || holds === undefined) return true;
    const path = this.#execution.staticPathOf(this.#step);
    return this.#execution.scope.root.codeGuard.mayKeep(path, holds, () => this.#own.takeBack());
  }

  #warnOfRead(error: unknown): void {
    warnOnce(
      this.#cache,
      'HYPERNODES_CACHE_READ_FAILED',
      `the cache could not read; the run goes on without it: ${messageOf(error)}`,
    );
  }

  /** Runs a hit all the same, and reports when the result is another one. */
  #compare(header: EntryHeader, holdsPermit: boolean): MaybePromise<unknown> {
    return andThen(this.#load(), (stored) =>
      andThen(this.#compute(holdsPermit), (result) => {
        const fresh = keyedOutputs(this.#definition, result);
        for (const [key, before] of Object.entries(header.digests)) {
          if (digestValue(fresh[key]) === before) continue;
          const path = this.#execution.pathOf(this.#step);
          this.#execution.scope.root.mismatches.push({ path, cached: stored[key], computed: fresh[key] });
          process.emitWarning(
            `${path}: a spot check found another result than the cached one: ${preview(stored[key])} before, ${preview(fresh[key])} now. It depends on something that is no input of it, or on chance; name that in 'deps', or set cache: false.`,
            { code: 'HYPERNODES_SPOT_CHECK_MISMATCH' },
          );
        }
        return result;
      }),
    );
  }

  #checked<T>(result: MaybePromise<T>): MaybePromise<T> {
    return this.#execution.scope.root.sync && isThenable(result)
      ? refuseCachePromise(result as Promise<T>, this.#execution.pathOf(this.#step))
      : result;
  }
}

function isOf(value: unknown, digest: string): boolean {
  try {
    return digestValue(value) === digest;
  } catch {
    return false;
  }
}

function warnUnidentified({ unidentified: [culprit] }: CodeIdentity, execution: Execution, step: Step): void {
  if (culprit === undefined) return;
  const path = execution.staticPathOf(step);
  warnOnce(
    path,
    'HYPERNODES_UNIDENTIFIED_CODE',
    `${path} runs uncached: it uses '${culprit.name}', ${culprit.reason}. Give the node deps: [what it depends on] or a version, or give '${culprit.name}' a [cacheKey]() method.`,
  );
}

function preview(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? (JSON.stringify(value) ?? 'an object') : String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
