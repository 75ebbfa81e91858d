import { RemoteError, TimeoutError } from '../../errors.ts';
import { nodePath, recordNodePath } from '../../events/index.ts';
import type { Plan } from '../../graph/index.ts';
import type { Execution } from '../execution.ts';
import type { SendExecution } from '../execution-settings.ts';
import { timedOut } from '../timed-out.ts';
import { takeAccount } from './account.ts';
import { Inbox } from './inbox.ts';
import type { Sending } from './job.ts';
import type { RunRequest, RunResponse } from './messages.ts';
import { loadPacking, packing } from './packing.ts';
import { patienceOf, signsEvery } from './patience.ts';
import { Replay } from './replay.ts';
import { raised, readResponse } from './response.ts';
import { shipmentOf } from './shipment.ts';

/** How to send a run as a whole; `undefined` when the engine does not want that. */
export function runSender(
  sending: Sending | undefined,
  run: { readonly timeout: number | undefined; readonly override?: readonly string[] | undefined },
): SendExecution | undefined {
  if (sending?.unit !== 'run') return undefined;
  return (execution) => sendRun(execution, sending, run);
}

async function sendRun(
  execution: Execution,
  sending: Sending,
  {
    timeout,
    override = [],
  }: { readonly timeout: number | undefined; readonly override?: readonly string[] | undefined },
): Promise<void> {
  await loadPacking();
  const { plan, scope, path, settings } = execution;
  const { part, emitters } = shipmentOf(scope);
  const patience = patienceOf(plan, timeout);
  const request: RunRequest = {
    kind: 'run',
    pipeline: part.digest,
    inputs: inputsByName(plan, execution.values),
    outputs: plan.outputs,
    override,
    onError: settings.failures === undefined ? 'throw' : 'collect',
    runId: scope.root.id,
    path,
    staticPath: execution.staticPath,
    recompute: settings.recompute?.request,
    spotCheck: scope.root.spotCheck,
    timeout,
    signsEveryMs: signsEvery(sending, patience),
  };
  const replay = new Replay(scope.root, emitters, { parentSpan: execution.span?.id, depth: execution.depth });
  const inbox = new Inbox(({ work, events }) => replay.take(work, events));
  const { ended } = execution;
  execution.ended = (failure) => {
    if (failure !== undefined) replay.abandon(failure.error);
    ended?.(failure);
  };
  try {
    const bytes = await sending.perform({
      path,
      parts: [part],
      request: packing().pack(request),
      signal: execution.signal,
      onMessage: inbox.receive,
      patience,
      timedOut: () => timedOut(path, timeout === undefined ? 'node' : 'pipeline', patience ?? 0),
    });
    await inbox.read;
    const response = await readResponse<RunResponse>(bytes);
    takeAccount(execution, scope.root, response);
    takeOutputs(execution, response);
    for (const failure of response.failures) settings.failures?.push({ path: failure.path, error: raised(failure) });
  } catch (error) {
    if (replay.toldError) scope.root.told(error);
    // Whichever of the nodes ended the place, nobody is left to say so.
    const placeEnded = error instanceof RemoteError || error instanceof TimeoutError;
    if (placeEnded && nodePath(error) === undefined) recordNodePath(error, path);
    throw error;
  }
}

/** The inputs that have a value. */
export function inputsByName(plan: Plan, values: readonly unknown[]): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const { name, slot } of plan.externals) if (values[slot] !== undefined) inputs[name] = values[slot];
  return inputs;
}

function takeOutputs(execution: Execution, { outputs, digests }: RunResponse): void {
  const { plan, values } = execution;
  const absent = new Set<number>();
  plan.outputs.forEach((name, index) => {
    const slot = plan.outputSlots[index]!;
    if (!Object.hasOwn(outputs, name)) absent.add(slot);
    values[slot] = outputs[name];
    const known = digests[name];
    if (known !== undefined) execution.digests?.set(slot, known);
  });
  execution.absent = absent;
}
