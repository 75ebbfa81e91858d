import type { NodeContext, NodeDefinition } from '../../graph/index.ts';
import type { RootRun } from '../scope.ts';
import { timedOut } from '../timed-out.ts';
import type { Sending } from './job.ts';
import type { JobMessage, NodeRequest, NodeResponse } from './messages.ts';
import { loadPacking, packing } from './packing.ts';
import { readResponse } from './response.ts';
import { partOf } from './shipment.ts';

/** Milliseconds for which the functions of nodes kept a thread busy, over all runs of this process: half of it the last one. */
const costs = new WeakMap<NodeDefinition, number>();

/** Whether sending a node's function away is worth it. One with a limit goes in any case: only elsewhere can it be ended. */
export function wantsSending(definition: NodeDefinition, { overheadMs }: Sending): boolean {
  if (definition.options.timeout !== undefined || overheadMs === undefined) return true;
  const cost = costs.get(definition);
  return cost === undefined || cost > overheadMs;
}

/** Calls a node's function in this thread, and learns whether that is still worth it. */
export function runHere(definition: NodeDefinition, inputs: Record<string, unknown>, call: NodeContext): unknown {
  const startedAt = performance.now();
  try {
    return definition.run(inputs, call);
  } finally {
    learn(definition, performance.now() - startedAt);
  }
}

function learn(definition: NodeDefinition, busyMs: number): void {
  const before = costs.get(definition);
  costs.set(definition, before === undefined ? busyMs : (before + busyMs) / 2);
}

/** How a node's function is called elsewhere. */
export interface NodeSending {
  readonly root: RootRun;
  readonly sending: Sending;
  readonly call: NodeContext;
  readonly around: NodeRequest['around'];
}

/** Calls a node's function elsewhere; what it throws there is thrown here. */
export async function sendNode(
  definition: NodeDefinition,
  inputs: Readonly<Record<string, unknown>>,
  { root, sending, call, around }: NodeSending,
): Promise<unknown> {
  await loadPacking();
  const { path, attempt } = call;
  const { timeout } = definition.options;
  const part = root.once(definition, () => partOf(packing().pack(definition.run)));
  const bytes = await sending.perform({
    path,
    parts: [part],
    request: packing().pack({ kind: 'node', code: part.digest, inputs, path, attempt, around } satisfies NodeRequest),
    signal: call.signal,
    onMessage(message) {
      const content = packing().unpack(message) as JobMessage;
      if ('progress' in content) call.progress(content.progress.done, content.progress.total);
      else if ('log' in content) call.log[content.log.level](content.log.message, content.log.data);
    },
    patience: timeout,
    timedOut: () => timedOut(path, 'node', timeout ?? 0),
  });
  const { result, busyMs } = await readResponse<NodeResponse>(bytes);
  learn(definition, busyMs);
  return result;
}
