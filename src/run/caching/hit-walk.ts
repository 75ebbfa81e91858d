import type { Cache, EntryHeader } from '../../cache/index.ts';
import { construct, type NodeDefinition, type Plan, type Step } from '../../graph/index.ts';
import { type CodeIdentity, DigestError, signature } from '../../identity/index.ts';
import type { Execution } from '../execution.ts';
import type { ExecutionSettings } from '../execution-settings.ts';
import { andThen, isThenable, type MaybePromise } from '../maybe-promise.ts';
import type { Scope } from '../scope.ts';
import { entryOf, headOf, stampOf } from './ask-cache.ts';
import type { ItemRow } from './block-rows.ts';
import { hasOutputs, outputKeys, savedMs, storedOutputs } from './cached-outputs.ts';
import { type KnownStep, rowOf, rowOfRun, smallValue } from './item-row.ts';
import { type KeyedStep, MapManifest, rowAt } from './map-manifest.ts';
import { type Flights, flightsOf } from './single-flight.ts';
import { SlotDigests } from './slot-digests.ts';
import { type RunAgain, standIn } from './stand-in.ts';

/** Most items in a row that are left alone after some that the cache did not know. */
const LONGEST_REST = 63;

/** One step, and what asking for its result takes. */
interface WalkedStep extends KeyedStep {
  readonly definition: NodeDefinition;
  readonly code: CodeIdentity;
}

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
  /** Items of the whole map; none where only some of them are here. */
  readonly #count: number;
  #steps: readonly WalkedStep[] | undefined;
  /** Slots of the inputs in which the items differ. */
  readonly #varying: readonly number[];
  /** Their digests, of the item that is looked at. */
  readonly #inputs: string[] = [];
  /** These slots, and those of all outputs. */
  #slots: readonly number[] = [];
  /** Digests of the other inputs by slot, as the manifest has them. */
  #shared: ReadonlyMap<number, string> = new Map();
  #manifest: MapManifest | undefined;
  #digests: SlotDigests;
  /** What was found for each step: its signature, its value if that was read, and what says how many milliseconds it saves. */
  readonly #keys: string[] = [];
  readonly #values: (Uint8Array | undefined)[] = [];
  readonly #saved: (number | EntryHeader)[] = [];
  #isPrepared = false;
  #isOff = false;
  /** Items that are still left alone, of how many. */
  #resting = 0;
  #rest = 0;

  private constructor(scope: Scope, cache: Cache, plan: Plan, settings: ExecutionSettings, count: number) {
    this.#scope = scope;
    this.#cache = cache;
    this.#flights = flightsOf(cache);
    this.#plan = plan;
    this.#settings = settings;
    this.#count = count;
    this.#varying = plan.externals.map(({ slot }) => slot).filter((slot) => !this.#isShared(slot));
    this.#digests = new SlotDigests(settings.sharedDigests);
  }

  /**
   * `undefined` where something has to happen for each item, however much is known.
   *
   * @param count Items of the map; 0 when others of its items are elsewhere.
   */
  static for(scope: Scope, plan: Plan, settings: ExecutionSettings, count: number): HitWalk | undefined {
    const { cache, emitter, root } = scope;
    if (cache === undefined || root.spotCheck > 0 || settings.recompute !== undefined) return undefined;
    if (emitter !== undefined && settings.counter === undefined) return undefined;
    return plan.validations.length === 0 && plan.steps.every(asksCache)
      ? new HitWalk(scope, cache, plan, settings, count)
      : undefined;
  }

  /** Digests by slot of the item that was taken last. */
  get digests(): SlotDigests {
    return this.#digests;
  }

  /** Milliseconds that a node of the item would have taken that was taken last. */
  savedMs(index: number): number {
    const saved = this.#saved[index]!;
    return typeof saved === 'number' ? saved : savedMs(saved);
  }

  /** Others may have had their turn since the last item. */
  resume(): void {
    this.#manifest?.resume();
  }

  /** Puts its outputs into the values of an item; false when it has to be run. */
  take(position: number, values: unknown[], again: RunAgain): boolean {
    if (this.#isOff) return false;
    if (this.#resting > 0) {
      this.#resting--;
      this.#manifest?.missed(position);
      return false;
    }
    this.#digests.forgetFrom(0);
    if (this.#isKnown(position, values, again)) {
      this.#rest = 0;
      return true;
    }
    // Where nothing is known, looking first costs time for every item.
    this.#rest = Math.min(2 * this.#rest + 1, LONGEST_REST);
    this.#resting = this.#rest;
    return false;
  }

  /** Whether somebody wants to know what the steps of the items that run are known by. */
  get learns(): boolean {
    return this.#manifest !== undefined;
  }

  /** Takes note of what an item turned out to be that was not taken; `undefined` when it failed. */
  learn(position: number, item: Execution | undefined): void {
    try {
      const known = (): ItemRow | undefined =>
        item !== undefined && this.#hasSameShared(item) ? rowOfRun(item, this.#steps!, this.#slots) : undefined;
      this.#manifest?.learn(position, known, item?.executed !== 0);
    } catch {
      // Only the next run would have been faster by it.
      this.#manifest = undefined;
    }
  }

  /** Whether what all items share still was what the manifest was made for: a node may have changed it. */
  #hasSameShared({ digests }: Execution): boolean {
    for (const [slot, known] of this.#shared) if (digests?.known(slot) !== known) return false;
    return true;
  }

  #found = ({ step: { index, returned } }: WalkedStep): KnownStep => ({
    key: this.#keys[index]!,
    stamp: stampOf(this.#cache, this.#keys[index]!),
    savedMs: this.savedMs(index),
    value: returned ? smallValue(this.#values[index]) : undefined,
  });

  /** What was found out about the inputs of an item that was not taken; they are its own from now on. */
  handOver(): SlotDigests {
    const digests = this.#digests;
    this.#digests = new SlotDigests(this.#settings.sharedDigests);
    digests.forgetFrom(this.#plan.externals.length);
    return digests;
  }

  #isKnown(position: number, values: unknown[], again: RunAgain): boolean {
    try {
      if (this.#steps === undefined) this.#prepare(values);
      if (this.#steps === undefined) return false;
      if (this.#manifest !== undefined) {
        if (this.#isNoted(this.#manifest, position, values) && this.#fill(values, again)) {
          this.#manifest?.taken(position);
          return true;
        }
        this.#manifest?.missed(position);
      }
      for (const walked of this.#steps) if (!this.#knows(walked, values)) return false;
      if (!this.#fill(values, again)) return false;
      this.#manifest?.learn(position, () => rowOf(this.#digests, this.#slots, this.#steps!.map(this.#found)), false);
      return true;
    } catch (error) {
      // Whoever runs the item meets it again, and tells of it.
      if (!(error instanceof DigestError)) this.#isOff = true;
      return false;
    }
  }

  /** Whether the manifest says what the cache has for the item. */
  #isNoted(manifest: MapManifest, position: number, values: readonly unknown[]): boolean {
    if (!this.#flights.isIdle) return false;
    if (!this.#areSame(values)) {
      this.#manifest = undefined;
      return false;
    }
    for (let index = 0; index < this.#varying.length; index++) {
      this.#inputs[index] = this.#digests.of(this.#varying[index]!, values);
    }
    const rows = manifest.find(position, this.#inputs);
    if (rows === undefined) return false;
    const row = rowAt(position);
    const steps = this.#steps!;
    for (let at = 0; at < steps.length; at++) {
      const walked = steps[at]!;
      const { index, outputSlot, returned } = walked.step;
      this.#saved[index] = rows.savedMs(row, at);
      if (!returned) continue;
      if (this.#settings.loadsOutputs) {
        this.#values[index] = rows.value(row, at);
        if (this.#values[index] === undefined && !this.#has(walked, rows.key(row, at))) return false;
        continue;
      }
      this.#keys[index] = rows.key(row, at);
      for (let offset = 0; offset < walked.outputs.length; offset++) {
        this.#digests.set(outputSlot + offset, rows.output(row, at, offset), true);
      }
    }
    return true;
  }

  /** Whether code and shared inputs still are what the manifest was made for. */
  #areSame(values: readonly unknown[]): boolean {
    const { root } = this.#scope;
    for (const { definition, code } of this.#steps!) if (root.codeOf(definition) !== code) return false;
    for (const [slot, known] of this.#shared) if (this.#digests.of(slot, values) !== known) return false;
    return true;
  }

  #knows(walked: WalkedStep, values: readonly unknown[]): boolean {
    const { step, definition, code, keyCode } = walked;
    if (this.#scope.root.codeOf(definition) !== code) {
      // Another node of the run has changed what this one uses.
      this.#steps = undefined;
      this.#manifest = undefined;
      return false;
    }
    const inputs: string[] = [];
    for (const slot of step.inputSlots) inputs.push(this.#digests.of(slot, values));
    const key = signature(keyCode, construct(step.Arguments, inputs) as Record<string, string>);
    // Whoever runs it now may have another result soon.
    return this.#flights.get(key) === undefined && this.#has(walked, key);
  }

  /** Whether the cache has the result of a step, under this key. */
  #has({ step, definition, outputs }: WalkedStep, key: string): boolean {
    const found = this.#ask(step, key);
    if (isThenable(found)) {
      found.then(undefined, () => {});
      this.#isOff = true;
      return false;
    }
    const header = found as EntryHeader | undefined;
    if (!hasOutputs(header, definition)) return false;
    this.#keys[step.index] = key;
    this.#saved[step.index] = header;
    for (let offset = 0; offset < outputs.length; offset++) {
      this.#digests.set(step.outputSlot + offset, header.digests[outputs[offset]!]!, true);
    }
    return true;
  }

  /** The whole entry when it will be asked for in any case. */
  #ask(step: Step, key: string): MaybePromise<EntryHeader | undefined> {
    if (!step.returned || !this.#settings.loadsOutputs) return headOf(this.#cache, key);
    return andThen(entryOf(this.#cache, key), (entry) => {
      this.#values[step.index] = entry?.value;
      return entry?.header;
    });
  }

  #fill(values: unknown[], again: RunAgain): boolean {
    for (const { step, definition, outputs } of this.#steps!) {
      if (!step.returned) continue;
      if (!this.#settings.loadsOutputs) {
        standIn(this.#cache, this.#keys[step.index]!, { step, definition, digests: this.#digests, values, again });
        continue;
      }
      const stored = storedOutputs(this.#values[step.index], definition);
      if (stored === undefined) return false;
      for (let offset = 0; offset < outputs.length; offset++) {
        values[step.outputSlot + offset] = stored[outputs[offset]!];
      }
    }
    return true;
  }

  /** Prepares the steps, unless a node has no identity or what its keys are made of is still being looked up. */
  #prepare(values: readonly unknown[]): void {
    const { root } = this.#scope;
    const steps: WalkedStep[] = [];
    for (const step of this.#plan.steps) {
      const definition = step.definition as NodeDefinition;
      const code = root.codeOf(definition);
      if (code.unidentified.length > 0) {
        this.#isOff = true;
        return;
      }
      const keyCode = root.keyCodeOf(this.#cache, code.digest);
      if (typeof keyCode !== 'string') return;
      steps.push({ step, definition, code, outputs: outputKeys(definition), keyCode });
    }
    this.#steps = steps;
    const outputSlots = steps.flatMap(({ step, outputs }) => outputs.map((_, offset) => step.outputSlot + offset));
    this.#slots = [...this.#varying, ...outputSlots];
    // Of one that changed during the run there would be many.
    if (this.#isPrepared) return;
    this.#isPrepared = true;
    const shared = this.#plan.externals.map(({ slot }) => slot).filter(this.#isShared);
    this.#shared = new Map(shared.map((slot) => [slot, this.#digests.of(slot, values)]));
    this.#manifest = MapManifest.for(this.#cache, steps, this.#varying, this.#shared, this.#count);
  }

  #isShared = (slot: number): boolean => this.#settings.sharedDigests?.has(slot) === true;
}

const asksCache = ({ definition }: Step): boolean => definition.kind === 'node' && definition.options.cache !== false;
