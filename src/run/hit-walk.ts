import type { Cache, CacheEntry, EntryHeader } from '../cache/index.ts';
import { construct, type NodeDefinition, type Plan, type Step } from '../graph/index.ts';
import { type CodeIdentity, DigestError, signature } from '../identity/index.ts';
import { entryOf, headOf } from './ask-cache.ts';
import { hasOutputs, outputKeys, savedMs, storedOutputs } from './cached-outputs.ts';
import { CachedValue } from './cached-value.ts';
import type { ExecutionSettings } from './execution-settings.ts';
import { andThen, isThenable, type MaybePromise } from './maybe-promise.ts';
import type { Scope } from './scope.ts';
import { type Flights, flightsOf } from './single-flight.ts';
import { SlotDigests } from './slot-digests.ts';

/** Most items in a row that are left alone after some that the cache did not know. */
const LONGEST_REST = 63;

/** One step, and what asking for its result takes. */
interface WalkedStep {
  readonly step: Step;
  readonly definition: NodeDefinition;
  readonly code: CodeIdentity;
  readonly outputs: readonly string[];
  readonly keyCode: string;
}

/** An item that has run, with values and digests by slot. */
interface RunItem {
  readonly values: readonly unknown[];
  readonly digests: SlotDigests;
}

/** Runs an item after all, of which something turned out to be gone. */
export type RunAgain = () => MaybePromise<RunItem>;

/**
 * Takes items of a map of which the cache knows everything, without all that running them would need: most of the time of
 * a warm map is spent on preparing for what does not happen.
 *
 * An item that is not wholly known, or about which anything is unusual, is left to an execution as if nobody had looked.
 */
export class HitWalk {
  readonly #scope: Scope;
  readonly #cache: Cache;
  readonly #flights: Flights;
  readonly #plan: Plan;
  readonly #settings: ExecutionSettings;
  #steps: readonly WalkedStep[] | undefined;
  #digests: SlotDigests;
  /** What was found for each step: its signature, its entry if that was read, and the milliseconds that it saves. */
  readonly #keys: string[] = [];
  readonly #entries: (CacheEntry | undefined)[] = [];
  readonly #savedMs: number[] = [];
  #isOff = false;
  /** Items that are still left alone, of how many. */
  #resting = 0;
  #rest = 0;

  private constructor(scope: Scope, cache: Cache, plan: Plan, settings: ExecutionSettings) {
    this.#scope = scope;
    this.#cache = cache;
    this.#flights = flightsOf(cache);
    this.#plan = plan;
    this.#settings = settings;
    this.#digests = new SlotDigests(settings.sharedDigests);
  }

  /** `undefined` where something has to happen for each item, however much is known. */
  static for(scope: Scope, plan: Plan, settings: ExecutionSettings): HitWalk | undefined {
    const { cache, emitter, root } = scope;
    if (cache === undefined || root.spotCheck > 0 || settings.recompute !== undefined) return undefined;
    if (emitter !== undefined && settings.counter === undefined) return undefined;
    return plan.validations.length === 0 && plan.steps.every(asksCache)
      ? new HitWalk(scope, cache, plan, settings)
      : undefined;
  }

  /** What is known of the item that was taken last: digests by slot, and the milliseconds that each node would have taken. */
  get digests(): SlotDigests {
    return this.#digests;
  }

  get savedMs(): readonly number[] {
    return this.#savedMs;
  }

  /** Puts its outputs into the values of an item; false when it has to be run. */
  take(values: unknown[], again: RunAgain): boolean {
    if (this.#isOff) return false;
    if (this.#resting > 0) {
      this.#resting--;
      return false;
    }
    this.#digests.forgetFrom(0);
    if (this.#isKnown(values) && this.#fill(values, again)) {
      this.#rest = 0;
      return true;
    }
    // Where nothing is known, looking first costs time for every item.
    this.#rest = Math.min(2 * this.#rest + 1, LONGEST_REST);
    this.#resting = this.#rest;
    return false;
  }

  /** What was found out about the inputs of an item that was not taken; they are its own from now on. */
  handOver(): SlotDigests {
    const digests = this.#digests;
    this.#digests = new SlotDigests(this.#settings.sharedDigests);
    digests.forgetFrom(this.#plan.externals.length);
    return digests;
  }

  #isKnown(values: readonly unknown[]): boolean {
    try {
      this.#steps ??= this.#prepare();
      if (this.#steps === undefined) return false;
      for (const walked of this.#steps) if (!this.#knows(walked, values)) return false;
      return true;
    } catch (error) {
      // Whoever runs the item meets it again, and tells of it.
      if (!(error instanceof DigestError)) this.#isOff = true;
      return false;
    }
  }

  #knows({ step, definition, code, outputs, keyCode }: WalkedStep, values: readonly unknown[]): boolean {
    const digests = this.#digests;
    if (this.#scope.root.codeOf(definition) !== code) {
      // Another node of the run has changed what this one uses.
      this.#steps = undefined;
      return false;
    }
    const inputs: string[] = [];
    for (const slot of step.inputSlots) inputs.push(digests.of(slot, values));
    const key = signature(keyCode, construct(step.Arguments, inputs) as Record<string, string>);
    // Whoever runs it now may have another result soon.
    if (this.#flights.get(key) !== undefined) return false;
    const found = this.#ask(step, key);
    if (isThenable(found)) {
      found.then(undefined, () => {});
      this.#isOff = true;
      return false;
    }
    const header = found as EntryHeader | undefined;
    if (!hasOutputs(header, definition)) return false;
    this.#keys[step.index] = key;
    if (this.#settings.counter !== undefined) this.#savedMs[step.index] = savedMs(header);
    for (let offset = 0; offset < outputs.length; offset++) {
      digests.set(step.outputSlot + offset, header.digests[outputs[offset]!]!, true);
    }
    return true;
  }

  /** The whole entry when it will be asked for in any case. */
  #ask(step: Step, key: string): MaybePromise<EntryHeader | undefined> {
    if (!step.returned || !this.#settings.loadsOutputs) return headOf(this.#cache, key);
    return andThen(entryOf(this.#cache, key), (entry) => {
      this.#entries[step.index] = entry;
      return entry?.header;
    });
  }

  #fill(values: unknown[], again: RunAgain): boolean {
    for (const { step, definition, outputs } of this.#steps!) {
      if (!step.returned) continue;
      if (!this.#settings.loadsOutputs) {
        this.#standIn(step, definition, values, again);
        continue;
      }
      const stored = storedOutputs(this.#entries[step.index], definition);
      if (stored === undefined) return false;
      for (let offset = 0; offset < outputs.length; offset++) {
        values[step.outputSlot + offset] = stored[outputs[offset]!];
      }
    }
    return true;
  }

  /** Puts in what stands for the outputs of a step until somebody asks for them. */
  #standIn({ index, outputSlot }: Step, definition: NodeDefinition, values: unknown[], again: RunAgain): void {
    const cache = this.#cache;
    const key = this.#keys[index]!;
    const names = outputKeys(definition);
    let outputs: MaybePromise<Record<string, unknown>> | undefined;
    const load = (): MaybePromise<Record<string, unknown>> => {
      outputs ??= andThen(
        entryIn(cache, key),
        (entry) => storedOutputs(entry, definition) ?? andThen(again(), replace),
      );
      return outputs;
    };
    const standIns = names.map(
      (name, offset) =>
        new CachedValue(this.#digests.known(outputSlot + offset)!, () => andThen(load(), (loaded) => loaded[name])),
    );
    const replace = (item: RunItem): Record<string, unknown> =>
      Object.fromEntries(
        names.map((name, offset) => {
          const slot = outputSlot + offset;
          const standIn = standIns[offset]!;
          standIn.outdated = item.digests.known(slot) !== standIn.digest;
          return [name, item.values[slot]];
        }),
      );
    standIns.forEach((standIn, offset) => {
      values[outputSlot + offset] = standIn;
    });
  }

  /** `undefined` when a node has no identity, or while what its keys are made of is being looked up. */
  #prepare(): WalkedStep[] | undefined {
    const { root } = this.#scope;
    const steps: WalkedStep[] = [];
    for (const step of this.#plan.steps) {
      const definition = step.definition as NodeDefinition;
      const code = root.codeOf(definition);
      if (code.unidentified.length > 0) {
        this.#isOff = true;
        return undefined;
      }
      const keyCode = root.keyCodeOf(this.#cache, code.digest);
      if (typeof keyCode !== 'string') return undefined;
      steps.push({ step, definition, code, outputs: outputKeys(definition), keyCode });
    }
    return steps;
  }
}

const asksCache = ({ definition }: Step): boolean => definition.kind === 'node' && definition.options.cache !== false;

/** The entry; a cache that fails has none. */
function entryIn(cache: Cache, key: string): MaybePromise<CacheEntry | undefined> {
  try {
    const entry = entryOf(cache, key);
    return isThenable(entry) ? Promise.resolve(entry as Promise<CacheEntry | undefined>).catch(() => undefined) : entry;
  } catch {
    return undefined;
  }
}
