import { disposeResources } from '../../graph/index.ts';
import { unpackAsync } from '../../pack/index.ts';
import type { Code, Work } from './code.ts';

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** A function that calls are passed to as they are. */
export function functionCode(fn: unknown, resolveFrom: string): Code {
  return {
    givesBytes: false,
    perform: async (work) => callWith(fn as AnyFunction, undefined, work, resolveFrom),
    end: disposeResources,
  };
}

/** Calls with the arguments of the call, or of all calls of a batch, as lists. */
export async function callWith(fn: AnyFunction, self: unknown, work: Work, resolveFrom: string): Promise<unknown> {
  const lists = (await Promise.all(
    work.args.map((args) => unpackAsync(args, { resolveFrom })),
  )) as readonly (readonly unknown[])[];
  if (!work.isBatched) return Reflect.apply(fn, self, lists[0]!);
  const count = Math.max(...lists.map((args) => args.length));
  return Reflect.apply(
    fn,
    self,
    Array.from({ length: count }, (_, at) => lists.map((args) => args[at])),
  );
}
