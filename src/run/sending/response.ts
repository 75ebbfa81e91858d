import { PackError } from '../../errors.ts';
import { recordNodePath } from '../../events/index.ts';
import { portableCounts } from './item-counts.ts';
import type { ItemsResponse, JobFailure, JobResponse } from './messages.ts';
import { packing } from './packing.ts';
import { plainError } from './plain-error.ts';

/** Packs what a job gives; a result that cannot travel is a failure that names what in it cannot. */
export function packResponse<T>(response: JobResponse<T>, path: string): Uint8Array {
  try {
    return packing().pack(response);
  } catch (error) {
    if ('failed' in response)
      return packing().pack({ failed: { ...response.failed, error: plainError(response.failed.error) } });
    try {
      return packing().pack({ done: withPlainErrors(response.done) });
    } catch {
      return packing().pack({ failed: { error: describe(error, path), path: undefined } });
    }
  }
}

/** What failed in it must not take along what succeeded. */
function withPlainErrors<T>(done: T): T {
  const { failures, collected, counts } = done as Partial<Pick<ItemsResponse, 'failures' | 'collected' | 'counts'>>;
  const plain = <F extends { readonly error: unknown }>(list: readonly F[] | undefined): F[] | undefined =>
    list?.map((failure) => ({ ...failure, error: plainError(failure.error) }));
  return { ...done, failures: plain(failures), collected: plain(collected), counts: counts && portableCounts(counts) };
}

/** Says it of the result, not of the message that it is part of. */
function describe(error: unknown, where: string): unknown {
  if (!(error instanceof PackError)) return error;
  const { code, path = '', hint = '' } = error;
  const inResult = path.replace(/^value → done → (result|outputs|columns\[\d+\]\[\d+\])/, 'result');
  const found = error.message.slice(0, hint === '' ? undefined : -hint.length - 1).replace(path, inResult);
  return new PackError(code, `${where}: its result cannot be sent back: ${found}`, { path: inResult, hint });
}

/** The results of a job. @throws what user code threw there, with its node path. */
export async function readResponse<T>(bytes: Uint8Array): Promise<T> {
  const response = (await packing().unpackAsync(bytes)) as JobResponse<T>;
  if ('done' in response) return response.done;
  throw raised(response.failed);
}

/** The error of a failure, which knows where it came from. */
export function raised({ error, path }: JobFailure): unknown {
  if (path !== undefined) recordNodePath(error, path);
  return error;
}
