import type { Definition, Plan, RetryPolicy } from '../../graph/index.ts';

/**
 * How often an item may be sent again after its place was lost with it: as often as the most patient of its nodes may be
 * repeated, since nobody is left to say which of them it was.
 */
export function lossRetries(plan: Plan): RetryPolicy | undefined {
  return mostPatient(plan.steps.map(({ definition }) => definition));
}

function mostPatient(definitions: readonly Definition[]): RetryPolicy | undefined {
  let most: RetryPolicy | undefined;
  for (const definition of definitions) {
    const policy =
      definition.kind === 'node'
        ? policyOf(definition.options.retries)
        : mostPatient(definition.pipeline.wiring.definitions);
    if (policy !== undefined && policy.retries > (most?.retries ?? 0)) most = policy;
  }
  return most;
}

const policyOf = (retries: number | RetryPolicy | undefined): RetryPolicy | undefined =>
  typeof retries === 'number' ? { retries } : retries;
