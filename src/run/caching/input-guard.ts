import type { NodeDefinition, Plan, Step } from '../../graph/index.ts';
import type { Execution } from '../execution.ts';
import { warnOnce } from '../warn-once.ts';
import { CachedValue } from './cached-value.ts';
import { digestValue } from './code-of.ts';

/** Nodes that were seen changing what they were given; they are looked at every time. */
const culprits = new WeakSet<NodeDefinition>();

/**
 * Notices node functions that change what they were given, where anybody else has it too: what the others get is then no
 * longer what their keys say, and a hit would not do to them what the call does.
 *
 * Looks after the first call of a node in a run and then ever more seldom, since it takes hashing the inputs once more.
 */
export class InputGuard {
  readonly #calls = new Map<NodeDefinition, number>();

  /**
   * To be called before a node runs; what it gives tells, after it ran, whether an input that others have too was changed.
   * The digests of the run then are of what is left. `undefined` when there is nothing to look at.
   */
  watch(execution: Execution, step: Step, definition: NodeDefinition): (() => boolean) | undefined {
    const shared = sharedInputs(execution, step);
    if (shared.length === 0 || !this.#looks(definition)) return undefined;
    const checks = shared.map((index) => ({ index, isSame: comparison(execution, step.inputSlots[index]!) }));
    return () => {
      const found = checks.find(({ isSame }) => !isSame());
      if (found === undefined) return false;
      culprits.add(definition);
      for (let at: Execution | undefined = execution; at !== undefined; at = at.place.within) forgetDigests(at);
      const path = execution.staticPathOf(step);
      warnOnce(
        path,
        'HYPERNODES_CHANGED_INPUT',
        `${path} runs uncached: it changes its input '${definition.inputs[found.index]!.inner}', which others use too. Let it work on a copy: structuredClone(…), [...list], list.toSorted().`,
      );
      return true;
    };
  }

  #looks(definition: NodeDefinition): boolean {
    const calls = (this.#calls.get(definition) ?? 0) + 1;
    this.#calls.set(definition, calls);
    return (calls & (calls - 1)) === 0 || culprits.has(definition);
  }
}

/** Positions of the inputs that can be changed, and that are not this node's alone. */
function sharedInputs(execution: Execution, step: Step): number[] {
  const { plan, values, place, settings } = execution;
  const shared: number[] = [];
  step.inputSlots.forEach((slot, index) => {
    const value = values[slot];
    if (typeof value !== 'object' || value === null) return;
    const isGiven = slot < plan.externals.length;
    const isElsewhere = isGiven && (place.within !== undefined || settings.sharedDigests?.has(slot) === true);
    if (isElsewhere || countsOf(plan)[slot]! > 1) shared.push(index);
  });
  return shared;
}

const counts = new WeakMap<Plan, Uint32Array>();

/** How many take the value of each slot, the caller included. */
function countsOf(plan: Plan): Uint32Array {
  let found = counts.get(plan);
  if (found === undefined) {
    found = new Uint32Array(plan.slotCount);
    for (const { inputSlots } of plan.steps) for (const slot of new Set(inputSlots)) found[slot]!++;
    for (const slot of plan.outputSlots) found[slot]!++;
    for (const { from } of plan.validations) found[from]!++;
    counts.set(plan, found);
  }
  return found;
}

/** How to tell later whether the value in a slot is still what it is now. */
function comparison({ values, digests }: Execution, slot: number): () => boolean {
  const value = values[slot];
  const before = digests!.known(slot);
  if (before === undefined) return () => true;
  if (digests!.isWhole(slot)) return () => digestOrNone(value) === before;
  // The digest is made of those of the items: a list that a map has put together.
  if (!Array.isArray(value)) return () => true;
  const items = value.slice();
  return () => value.length === items.length && items.every((item, index) => Object.is(item, value[index]));
}

function digestOrNone(value: unknown): string | undefined {
  try {
    return digestValue(value);
  } catch {
    // It has got something without identity.
    return undefined;
  }
}

function forgetDigests({ values, digests }: Execution): void {
  values.forEach((value, slot) => {
    if (typeof value === 'object' && value !== null && !(value instanceof CachedValue)) digests?.forget(slot);
  });
}
