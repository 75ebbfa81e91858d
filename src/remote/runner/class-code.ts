import { disposeResources } from '../../graph/index.ts';
import type { ClassCode } from '../provider.ts';
import type { Code, Work } from './code.ts';
import { callWith } from './function-code.ts';

type Methods = Record<string, (...args: readonly unknown[]) => unknown>;

/** An object that is made once, and whose methods are called. */
export async function classCode(code: unknown, resolveFrom: string): Promise<Code> {
  const { create, enter, exit } = code as ClassCode;
  const instance = (await create()) as Methods;
  for (const name of enter) await instance[name]!();
  return {
    givesBytes: false,
    perform: (work: Work) => callWith(instance[work.method!]!, instance, work, resolveFrom),
    async end() {
      for (const name of exit) await instance[name]!();
      await disposeResources();
    },
  };
}
