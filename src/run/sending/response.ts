import { PackError } from '../../errors.ts';
import { recordNodePath } from '../../events/index.ts';
import { portableCounts } from './item-counts.ts';
import type { ItemsRequest, ItemsResponse, JobFailure, JobResponse } from './messages.ts';
import { packing } from './packing.ts';
import { plainError } from './plain-error.ts';

/** Packs what a job gives; a result that cannot travel is a failure that names what in it cannot. */
export function packResponse<T>(response: JobResponse<T>, path: string): Uint8Array {
  if ('failed' in response) return packFailure(response.failed);
  try {
    return packing().pack(response);
  } catch (error) {
    try {
      return packing().pack({ done: withPlainErrors(response.done) });
    } catch {
      return packFailure(unsendable(error, path));
    }
  }
}

/** Packs what became of items; one whose result cannot travel fails, as it would have at home by itself. */
export function packItems(response: JobResponse<ItemsResponse>, { path, first, outputs }: ItemsRequest): Uint8Array {
  if ('failed' in response) return packFailure(response.failed);
  try {
    return packing().pack(response);
  } catch {
    const { positions, columns, digests, failures, ...rest } = response.done;
    const failed = positions.map((position, row) => {
      const values = outputs.map((name, column) => [name, columns[column]![row]]);
      const failure = whyUnsendable(Object.fromEntries(values), `${path}[${first + position}]`);
      return failure && { ...failure, position };
    });
    const keep = <V>(column: readonly V[]): V[] => column.filter((_, row) => failed[row] === undefined);
    const done = {
      ...rest,
      positions: keep(positions),
      columns: columns.map(keep),
      digests: digests?.map(keep),
      failures: [...failures, ...failed.filter((failure) => failure !== undefined)],
    };
    return packResponse({ done }, path);
  }
}

function packFailure({ error, path }: JobFailure): Uint8Array {
  try {
    return packing().pack({ failed: { error, path } });
  } catch {
    return packing().pack({ failed: { error: plainError(error), path } });
  }
}

/** Why results cannot be sent; `undefined` when they can. */
function whyUnsendable(outputs: Readonly<Record<string, unknown>>, path: string): JobFailure | undefined {
  try {
    packing().pack({ done: { outputs } });
    return undefined;
  } catch (error) {
    return unsendable(error, path);
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
function unsendable(error: unknown, where: string): JobFailure {
  // What the user's own code throws when it is asked how its objects travel.
  if (!(error instanceof PackError)) return { error, path: where };
  const { code, path = '', hint = '' } = error;
  const inResult = path.replace(/^value → done → (result|outputs)/, 'result');
  const found = error.message.slice(0, hint === '' ? undefined : -hint.length - 1).replace(path, inResult);
  const told = new PackError(code, `${where}: its result cannot be sent back: ${found}`, { path: inResult, hint });
  return { error: told, path: where };
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
