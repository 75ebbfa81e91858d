import { construct, type NodeDefinition, type Step } from '../../graph/index.ts';
import { DigestError } from '../../identity/index.ts';
import type { Execution } from '../execution.ts';
import { warnOnce } from '../warn-once.ts';

/** Digest of each input by its inner name; `undefined` when one can't be identified, which is told once. */
export function inputDigests(
  execution: Execution,
  step: Step,
  definition: NodeDefinition,
): Record<string, string> | undefined {
  const { inputSlots } = step;
  const digests: string[] = [];
  for (let index = 0; index < inputSlots.length; index++) {
    try {
      digests.push(execution.digests!.of(inputSlots[index]!, execution.values));
    } catch (error) {
      if (!(error instanceof DigestError)) throw error;
      warnUnidentifiedInput(error, definition.inputs[index]!.inner, execution.staticPathOf(step));
      return undefined;
    }
  }
  return construct(step.Arguments, digests) as Record<string, string>;
}

function warnUnidentifiedInput({ path: within, found, why }: DigestError, input: string, node: string): void {
  const where = within === '' ? input : `${input}${within.startsWith('[') ? '' : '.'}${within}`;
  warnOnce(
    node,
    'HYPERNODES_UNIDENTIFIED_INPUT',
    `${node} runs uncached: its input '${where}' is ${found}, ${why}. Give its class a [cacheKey]() method, or bind it as stateful(...).`,
  );
}
