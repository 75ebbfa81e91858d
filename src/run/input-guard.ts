import type { NodeDefinition, Plan, Step } from '../graph/index.ts';
import { CachedValue } from './cached-value.ts';
import { digestValue } from './code-of.ts';
import type { Execution } from './execution.ts';
import { warnOnce } from './warn-once.ts';

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

  /** Whether the node that just ran changed an input that others have too; the digests of the run then are of what is left. */
  changed(execution: Execution, step: Step, definition: NodeDefinition): boolean {
    const shared = sharedInputs(execution, step);
    if (shared.length === 0 || !this.#looks(definition)) return false;
    const { values } = execution;
    const digests = execution.digests!;
    const index = shared.find((at) => {
      const slot = step.inputSlots[at]!;
      const before = digests.known(slot);
      return before !== undefined && digestOrNone(values[slot]) !== before;
    });
    if (index === undefined) return false;
    culprits.add(definition);
    for (let at: Execution | undefined = execution; at !== undefined; at = at.place.within) forgetDigests(at);
    const path = execution.staticPathOf(step);
    warnOnce(
      path,
      'HYPERNODES_CHANGED_INPUT',
      `${path} runs uncached: it changes its input '${definition.inputs[index]!.inner}', which others use too. Let it work on a copy: structuredClone(…), [...list], list.toSorted().`,
    );
    return true;
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
