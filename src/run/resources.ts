import { Stateful } from '../graph/index.ts';
import { isThenable, type MaybePromise } from './maybe-promise.ts';

/** Creates the resources among the inputs; a promise when one of them needs time. */
export function withResources(inputs: Record<string, unknown>): MaybePromise<Record<string, unknown>> {
  const names = Object.keys(inputs).filter((name) => inputs[name] instanceof Stateful);
  if (names.length === 0) return inputs;
  const resources = names.map((name) => (inputs[name] as Stateful<unknown>).get());
  const merge = (ready: readonly unknown[]): Record<string, unknown> => ({
    ...inputs,
    ...Object.fromEntries(names.map((name, index) => [name, ready[index]])),
  });
  return resources.some(isThenable) ? Promise.all(resources).then(merge) : merge(resources);
}
