import { type CallContext, ServerError, Status } from 'nice-grpc';
import { variablesOf } from './credentials.ts';
import type { ExecReference, ExecStart, Handlers, StdinStreamItem, StdinWrite, StdioRead } from './messages.ts';
import type { Platform } from './platform.ts';
import type { ProgramExit, Running } from './program.ts';
import type { FakeSandbox } from './sandbox.ts';

/** Bytes of stdin that one RPC may carry here; the real limit is not documented. */
const stdinLimit = 1024 * 1024;

/** The service of the machine that a sandbox runs on: commands and their streams, volumes, snapshots. */
export function routerService(platform: Platform): Handlers {
  function sandboxOf({ taskId }: { readonly taskId: string }): FakeSandbox {
    const sandbox = platform.byTask(taskId);
    if (!sandbox || sandbox.result) throw new ServerError(Status.NOT_FOUND, `task ${taskId} is gone`);
    return sandbox;
  }

  /** Also of a sandbox that has ended: what was printed can still be read. */
  function execOf({ taskId, execId }: ExecReference): Running {
    const running = platform.byTask(taskId)?.execs.get(execId);
    if (!running) throw new ServerError(Status.NOT_FOUND, `no exec ${execId}`);
    return running;
  }

  return {
    async taskExecStart(request: ExecStart) {
      await sandboxOf(request).scheduled;
      // It may have ended before it had a machine.
      const sandbox = sandboxOf(request);
      const { execId, commandArgs, workdir, secretSources } = request;
      sandbox.exec(execId, commandArgs, { env: variablesOf(platform, secretSources), workdir });
      return {};
    },
    async *taskExecStdioRead(request: StdioRead, { signal }: CallContext) {
      const running = execOf(request);
      const tape = request.fileDescriptor === 0 ? running.stdout : running.stderr;
      for await (const data of tape.read(Number(request.offset), signal)) yield { data };
    },
    async taskExecStdinWrite({ offset, data, eof, ...reference }: StdinWrite) {
      if (data.length > stdinLimit) {
        throw new ServerError(Status.INVALID_ARGUMENT, `${data.length} bytes of stdin at once; at most ${stdinLimit}`);
      }
      sandboxOf(reference);
      await execOf(reference).write(Number(offset), data, eof);
      return {};
    },
    async taskExecStdinWriteStream(items: AsyncIterable<StdinStreamItem>) {
      let running: Running | undefined;
      let offset = 0;
      for await (const { start, data, end } of items) {
        if (start) {
          running = execOf(start);
          offset = Number(start.offset);
        }
        if (!running) throw new ServerError(Status.INVALID_ARGUMENT, 'the first message says which exec is meant');
        if (data && data.length > 0) {
          await running.write(offset, data, false);
          offset += data.length;
        }
        if (end) await running.write(offset, new Uint8Array(), true);
      }
      return {};
    },
    async taskExecStdinStatus(request: ExecReference) {
      const running = execOf(request);
      return { numBytesWritten: running.received, closed: running.stdinClosed };
    },
    async taskExecPoll(request: ExecReference) {
      return execOf(request).exit ?? {};
    },
    async taskExecWait(request: ExecReference, { signal }: CallContext) {
      const gone = new Promise<ProgramExit>((_, reject) => {
        signal.addEventListener('abort', () => reject(new ServerError(Status.CANCELLED, 'client left')), {
          once: true,
        });
      });
      return Promise.race([execOf(request).exited, gone]);
    },
    async taskReloadVolumes(request: ExecReference) {
      await sandboxOf(request).reload();
      return {};
    },
    async taskSnapshotFilesystem(request: ExecReference) {
      const sandbox = sandboxOf(request);
      return { imageId: (await platform.images.snapshot(sandbox.world, sandbox.plan.image)).id };
    },
    async *sandboxStdioReadV2(request: StdioRead, { signal }: CallContext) {
      // Also of a sandbox that has ended.
      const sandbox = platform.byTask(request.taskId);
      await sandbox?.scheduled;
      const tape = request.fileDescriptor === 0 ? sandbox?.main?.stdout : sandbox?.main?.stderr;
      let position = Number(request.offset);
      for await (const data of tape?.read(position, signal) ?? []) {
        yield { data, startingOffset: position };
        position += data.length;
      }
    },
  };
}
