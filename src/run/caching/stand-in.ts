import type { Cache, CacheEntry } from '../../cache/index.ts';
import type { NodeDefinition, Step } from '../../graph/index.ts';
import { andThen, isThenable, type MaybePromise } from '../maybe-promise.ts';
import { entryOf } from './ask-cache.ts';
import { hasOutputs, outputKeys, storedOutputs } from './cached-outputs.ts';
import { CachedValue } from './cached-value.ts';
import type { SlotDigests } from './slot-digests.ts';

/** An item that has run, with values and digests by slot. */
interface RunItem {
  readonly values: readonly unknown[];
  readonly digests: SlotDigests;
}

/** Runs an item after all, of which something turned out to be gone. */
export type RunAgain = () => MaybePromise<RunItem>;

/** A step of an item of which the cache knows everything. */
interface TakenStep {
  readonly step: Step;
  readonly definition: NodeDefinition;
  readonly digests: SlotDigests;
  readonly values: unknown[];
  readonly again: RunAgain;
}

/** Puts in what stands for the outputs of a step until somebody asks for them. */
export function standIn(cache: Cache, key: string, { step, definition, digests, values, again }: TakenStep): void {
  const { outputSlot } = step;
  const names = outputKeys(definition);
  let outputs: MaybePromise<Record<string, unknown>> | undefined;
  const load = (): MaybePromise<Record<string, unknown>> => {
    outputs ??= andThen(entryIn(cache, key), (entry) => {
      // Another result may have taken its place.
      const { header, value } = entry ?? {};
      const isSame =
        hasOutputs(header, definition) && standIns.every(({ digest }, at) => header.digests[names[at]!] === digest);
      return (isSame ? storedOutputs(value, definition) : undefined) ?? andThen(again(), replace);
    });
    return outputs;
  };
  const standIns = names.map(
    (name, offset) =>
      new CachedValue(digests.known(outputSlot + offset)!, () => andThen(load(), (loaded) => loaded[name])),
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

/** The entry; a cache that fails has none. */
function entryIn(cache: Cache, key: string): MaybePromise<CacheEntry | undefined> {
  try {
    const entry = entryOf(cache, key);
    return isThenable(entry) ? Promise.resolve(entry as Promise<CacheEntry | undefined>).catch(() => undefined) : entry;
  } catch {
    return undefined;
  }
}
