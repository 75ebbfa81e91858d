import type { Cache, CacheEntry, EntryHeader } from '../cache/index.ts';
import { encodeParts, Unstorable } from '../codec/index.ts';
import { construct, type NodeDefinition, type Step } from '../graph/index.ts';
import { type CodeIdentity, DigestError, signature } from '../identity/index.ts';
import { entryOf, headOf, keepEntry } from './ask-cache.ts';
import { hasOutputs, keyedOutputs, outputKeys, savedMs, storedOutputs } from './cached-outputs.ts';
import { CachedValue, loadSlots } from './cached-value.ts';
import { digestValue } from './code-of.ts';
import type { Execution } from './execution.ts';
import { inputDigests } from './input-digests.ts';
import { smallValue } from './item-row.ts';
import { knownClasses } from './known-classes.ts';
import { type CallSettings, LeafCall } from './leaf-call.ts';
import { andThen, isThenable, type MaybePromise } from './maybe-promise.ts';
import { flightsOf } from './single-flight.ts';
import { Span } from './span.ts';
import { refuseCachePromise } from './sync.ts';
import { warnOnce } from './warn-once.ts';

/** Runs a node through the cache: takes its result from there, or calls it and keeps what it returns. */
export class CachedStep {
  readonly #execution: Execution;
  readonly #step: Step;
  readonly #definition: NodeDefinition;
  readonly #cache: Cache;
  /** The code of now, even when the signature is made of accepted earlier code. */
  readonly #code: CodeIdentity;
  /** Digest of each input by its inner name. */
  #inputs: Readonly<Record<string, string>>;
  readonly #keyCode: string;
  /** What this execution is known by. */
  #signature: string;
  /** The entry, when it was read together with its header and is not decoded yet. */
  #entry: CacheEntry | undefined;
  #loaded: MaybePromise<Record<string, unknown>> | undefined;
  /** What stands for its outputs until somebody asks for them. */
  readonly #standIns: CachedValue[] = [];
  /** Whether the node was called and has given a promise, if the call is not over. */
  #isWaiting = false;
  /** Pending write of the result. */
  #kept: Promise<void> | undefined;

  private constructor(
    execution: Execution,
    step: Step,
    definition: NodeDefinition,
    cache: Cache,
    known: { readonly code: CodeIdentity; readonly inputs: Readonly<Record<string, string>>; readonly keyCode: string },
  ) {
    this.#execution = execution;
    this.#step = step;
    this.#definition = definition;
    this.#cache = cache;
    this.#code = known.code;
    this.#inputs = known.inputs;
    this.#keyCode = known.keyCode;
    this.#signature = signature(known.keyCode, known.inputs);
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
      new CachedStep(execution, step, definition, cache, { code, inputs, keyCode }).#perform(holdsPermit);
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
    const flight = flightsOf(this.#cache).get(this.#signature);
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
    if (!this.#step.returned || !this.#execution.settings.loadsOutputs) return headOf(cache, this.#signature);
    return andThen(entryOf(cache, this.#signature), (entry) => {
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
    this.#noteDown(savedMs(header), undefined);
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
        signature: this.#signature,
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
      return outputs ?? andThen(this.#compute(), (result) => this.#replaced(result));
    });
    this.#loaded = loaded;
    return loaded;
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
      found = entryOf(this.#cache, this.#signature);
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
      if (unread.some(({ outdated }) => outdated) && !this.#signAnew()) {
        return callUncached(execution, this.#step, this.#definition, { holdsPermit });
      }
      const called = callUncached(execution, this.#step, this.#definition, {
        signature: this.#signature,
        keep: (value, durationMs) => (this.#mayKeep() ? this.#keep(value, durationMs) : undefined),
        holdsPermit,
      });
      this.#isWaiting = true;
      return called;
    });
    if (isThenable(result) && !root.sync) this.#announce(Promise.resolve(result));
    return result;
  }

  /** Takes for its key what its inputs turned out to be; false when they have no identity. */
  #signAnew(): boolean {
    const execution = this.#execution;
    const { inputSlots } = this.#step;
    try {
      for (const slot of inputSlots) execution.digests!.set(slot, digestValue(execution.values[slot]), true);
    } catch (error) {
      if (error instanceof DigestError) return false;
      throw error;
    }
    const inputs = inputDigests(execution, this.#step, this.#definition);
    if (inputs === undefined) return false;
    this.#inputs = inputs;
    this.#signature = signature(this.#keyCode, inputs);
    return true;
  }

  /** Lets equal executions wait for this one, until its result can be found in the cache. */
  #announce(result: Promise<unknown>): void {
    const flights = flightsOf(this.#cache);
    if (flights.get(this.#signature) !== undefined) return;
    flights.start(
      this.#signature,
      result.then(() => this.#kept),
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
    const { holds } = this.#code;
    if (!this.#isWaiting || holds === undefined) return true;
    const path = this.#execution.staticPathOf(this.#step);
    return this.#execution.scope.root.codeGuard.mayKeep(path, holds, () => this.#takeBack());
  }

  #takeBack(): void {
    try {
      const deleted = this.#cache.delete(this.#signature);
      if (isThenable(deleted)) {
        const settled = Promise.resolve(deleted).then(undefined, (error) => this.#writeFailed(error));
        this.#execution.scope.root.pending(settled);
      }
    } catch (error) {
      this.#writeFailed(error);
    }
  }

  /** Stores a result; gives the bytes that it takes up. Whatever goes wrong here costs only the entry. */
  #keep(result: unknown, durationMs: number): number | undefined {
    const path = this.#execution.staticPathOf(this.#step);
    const outputs = keyedOutputs(this.#definition, result);
    try {
      const encoded = encodeParts(outputs, knownClasses(this.#definition));
      if (encoded instanceof Unstorable) throw encoded;
      const digests: Record<string, string> = {};
      outputKeys(this.#definition).forEach((key, offset) => {
        const known = digestValue(outputs[key]);
        digests[key] = known;
        this.#execution.digests!.set(this.#step.outputSlot + offset, known, true);
      });
      const createdAt = Date.now();
      const { active } = this.#execution.scope.budget;
      const parts = { inputs: this.#inputs, code: this.#code.parts, version: this.#definition.options.version };
      const share = active > 1 ? active : undefined;
      const header: EntryHeader = { digests, node: path, parts, createdAt, durationMs, share };
      const { values } = this.#execution;
      this.#execution.scope.root.history.executed(
        this.#cache,
        path,
        { signature: this.#signature, code: this.#code.digest, parts, time: createdAt, durationMs },
        () =>
          construct(
            this.#step.Arguments,
            this.#step.inputSlots.map((slot) => values[slot]),
          ) as Record<string, unknown>,
      );
      this.#put(header, encoded);
      this.#noteDown(savedMs(header), encoded.length === 1 ? smallValue(encoded[0]) : undefined);
      return encoded.reduce((sum, part) => sum + part.byteLength, 0);
    } catch (error) {
      warnOnce(path, 'HYPERNODES_UNSTORABLE_RESULT', `${path}: its result cannot be cached: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Tells whoever wants to know what the step is known by. */
  #noteDown(saved: number, value: Uint8Array | undefined): void {
    const { kept } = this.#execution;
    if (kept === undefined) return;
    const [key, keyCode, inputs] = [this.#signature, this.#keyCode, this.#inputs];
    kept[this.#step.index] = { key, keyCode, inputs, savedMs: saved, value };
  }

  #put(header: EntryHeader, value: readonly Uint8Array[]): void {
    try {
      const put = keepEntry(this.#cache, this.#signature, header, value);
      if (!isThenable(put)) return;
      this.#kept = Promise.resolve(put as Promise<void>).then(undefined, (error) => this.#writeFailed(error));
      this.#execution.scope.root.pending(this.#kept);
    } catch (error) {
      this.#writeFailed(error);
    }
  }

  #writeFailed(error: unknown): void {
    warnOnce(
      this.#cache,
      'HYPERNODES_CACHE_WRITE_FAILED',
      `the cache could not keep a result; the run goes on uncached: ${messageOf(error)}`,
    );
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

/** Calls a node without asking the cache for its result; what it reads from the cache is loaded first. */
export function callUncached(
  execution: Execution,
  step: Step,
  definition: NodeDefinition,
  how: CallSettings = {},
): MaybePromise<unknown> {
  const { batches } = execution.settings;
  return andThen(loadSlots(step.inputSlots, execution.values), () => {
    const settings = watching(execution, step, definition, how);
    return definition.batch !== undefined && batches !== undefined
      ? batches.call(execution, step, definition, settings)
      : new LeafCall(execution, step, definition, settings).start();
  });
}

/** The same settings, with the result kept only if the node left its inputs as they were. */
function watching(execution: Execution, step: Step, definition: NodeDefinition, how: CallSettings): CallSettings {
  const changed = execution.scope.root.guard.watch(execution, step, definition);
  if (changed === undefined) return how;
  return { ...how, keep: (result, durationMs) => (changed() ? undefined : how.keep?.(result, durationMs)) };
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

const messageOf = (error: unknown): string =>
  error instanceof Error || error instanceof Unstorable ? error.message : String(error);

function preview(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? (JSON.stringify(value) ?? 'an object') : String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
