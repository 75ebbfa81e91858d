import type { Plan } from '../../graph/index.ts';
import { SlotDigests } from '../caching/slot-digests.ts';
import type { RunnablePipeline } from '../pipeline.ts';
import type { JobPlace } from './job.ts';
import { packing } from './packing.ts';

/** A pipeline that was sent here. */
export type SentPipeline = RunnablePipeline;

/** Inputs that all items of a map share, and what their digests are known to be. */
export class SharedInputs {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly #digests = new WeakMap<Plan, SlotDigests>();

  constructor(inputs: Readonly<Record<string, unknown>>) {
    this.inputs = inputs;
  }

  /** Digests for the slots of this plan, worked out once for all chunks. */
  digestsFor(plan: Plan): SlotDigests {
    let digests = this.#digests.get(plan);
    if (digests === undefined) {
      digests = new SlotDigests();
      this.#digests.set(plan, digests);
    }
    return digests;
  }
}

/** Parts that are kept unpacked: a place works for few pipelines at a time. */
const KEPT = 16;
const kept = new Map<string, Promise<unknown>>();

/** What a part holds, unpacked once; the least recently used are forgotten. */
function unpackedPart(digest: string, place: JobPlace): Promise<unknown> {
  let part = kept.get(digest);
  if (part === undefined) {
    part = Promise.resolve(place.part(digest)).then((bytes) => packing().unpackAsync(bytes));
    part.catch(() => kept.delete(digest));
  } else kept.delete(digest);
  kept.set(digest, part);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return part;
}

export const pipelinePart = (digest: string, place: JobPlace): Promise<SentPipeline> =>
  unpackedPart(digest, place) as Promise<SentPipeline>;

export const functionPart = (
  digest: string,
  place: JobPlace,
): Promise<(inputs: unknown, context: unknown) => unknown> =>
  unpackedPart(digest, place) as Promise<(inputs: unknown, context: unknown) => unknown>;

const sharedOf = new WeakMap<object, SharedInputs>();

export async function sharedPart(digest: string, place: JobPlace): Promise<SharedInputs> {
  const inputs = await unpackedPart(digest, place);
  let shared = sharedOf.get(inputs as object);
  if (shared === undefined) {
    shared = new SharedInputs(inputs as Record<string, unknown>);
    sharedOf.set(inputs as object, shared);
  }
  return shared;
}
