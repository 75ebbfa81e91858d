import type { Step } from '../../graph/index.ts';
import type { Execution } from '../execution.ts';
import type { ItemRow, StepRow } from './block-rows.ts';
import type { KeyedStep } from './map-manifest.ts';
import type { SlotDigests } from './slot-digests.ts';

/** Encoded outputs up to this size are kept in the manifest itself. */
const SMALL_BYTES = 128;

/** What a step is known by in the cache. */
export interface KnownStep extends StepRow {
  /** Key of its entry. */
  readonly key: string;
}

/** What a step was known by when it ran. */
export interface KeptStep extends KnownStep {
  /** What the key was made of. */
  readonly keyCode: string;
  readonly inputs: Readonly<Record<string, string>>;
}

/** A value, if it is small. */
export const smallValue = (value: Uint8Array | undefined): Uint8Array | undefined =>
  value !== undefined && value.byteLength <= SMALL_BYTES ? value : undefined;

/**
 * All that is known of an item that ran; `undefined` when something is not, or could not be found again by it.
 *
 * @param slots Those of the inputs in which items differ, and of all outputs.
 */
export function rowOfRun(
  { digests, kept }: Execution,
  steps: readonly KeyedStep[],
  slots: readonly number[],
): ItemRow | undefined {
  if (digests === undefined || kept === undefined) return undefined;
  const known: KnownStep[] = [];
  for (const { step, keyCode } of steps) {
    const own = kept[step.index];
    if (own === undefined || own.keyCode !== keyCode || !isMadeOf(own, step, digests)) return undefined;
    known.push(own);
  }
  return rowOf(digests, slots, known);
}

/** Whether the key of a step was made of what its inputs are known as now: one may have been changed since. */
function isMadeOf({ inputs }: KeptStep, { definition, inputSlots }: Step, digests: SlotDigests): boolean {
  return inputSlots.every((slot, at) => digests.known(slot) === inputs[definition.inputs[at]!.inner]);
}

/** All that is known of an item; `undefined` when a digest is not. */
export function rowOf(known: SlotDigests, slots: readonly number[], steps: readonly KnownStep[]): ItemRow | undefined {
  let keys = '';
  let digests = '';
  for (const { key } of steps) keys += key;
  for (const slot of slots) {
    const digest = known.known(slot);
    if (digest === undefined) return undefined;
    digests += digest;
  }
  return { keys, digests, steps };
}
