import { Emitter, type LogLevel, RunContext } from '../../events/index.ts';
import type { NodeContext } from '../../graph/index.ts';
import { withResources } from '../resources.ts';
import { busyTime } from './busy-time.ts';
import type { JobPlace } from './job.ts';
import type { JobMessage, NodeRequest, NodeResponse } from './messages.ts';
import { packing } from './packing.ts';
import { functionPart } from './unpacked-parts.ts';

/** Calls the function of a node that was sent here. */
export async function performNode(job: NodeRequest, place: JobPlace): Promise<NodeResponse> {
  const run = await functionPart(job.code, place);
  const inputs = await withResources({ ...job.inputs });
  const busyBefore = busyTime();
  const context = contextOf(job, place);
  const { around } = job;
  const result = await (around === undefined
    ? run(inputs, context)
    : new Emitter(around.callbacks, new RunContext(around.event.runId)).wrapNode({ ...around.event, inputs }, () =>
        run(inputs, context),
      ));
  return { result, busyMs: busyTime() - busyBefore };
}

function contextOf({ path, attempt }: NodeRequest, place: JobPlace): NodeContext {
  const tell = (message: JobMessage): void => place.send(packing().pack(message));
  const write =
    (level: LogLevel) =>
    (message: string, data?: unknown): void =>
      tell({ log: { level, message, data } });
  return {
    path,
    attempt,
    signal: place.signal,
    log: Object.assign(write('info'), {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    }),
    progress: (done, total) => tell({ progress: { done, total } }),
  };
}
