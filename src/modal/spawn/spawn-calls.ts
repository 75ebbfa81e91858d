import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RemoteError } from '../../errors.ts';
import { pack } from '../../pack/index.ts';
import type { RemoteCall, SpawnedCall } from '../../remote/index.ts';
import type { ModalConnection } from '../connection.ts';
import { followPath, jobPath } from '../image/runtime-files.ts';
import { aliveFile, jobFile, jobReadyFile, resultsFolder } from '../inside/places.ts';
import type { Sdk } from '../modal.ts';
import { modalError } from '../modal-errors.ts';
import type { PreparedSandbox } from '../prepared-sandbox.ts';
import { containerSockets } from '../sandbox/container-sockets.ts';
import { startSandbox, startTimeout } from '../sandbox/start-sandbox.ts';
import { ownTags } from '../tags.ts';
import { callId, readCallId, type SpawnedCallId } from './outcome.ts';
import { outcomeReader } from './read-outcome.ts';
import { type SpawnedCallPlace, SpawnedModalCall } from './spawned-call.ts';

/** Volume that keeps the results of spawned calls. */
export const resultsVolume = 'hypernodes-results';

/** Milliseconds until a call is looked for again whose stream broke off. */
const againAfterMs = 500;

/** Reads a file of the results volume. */
export type ReadResult = (key: string) => Promise<Uint8Array>;

/**
 * Calls that outlive the process that made them: each has a named sandbox whose main program performs it, with the
 * retries and time limits of its function. Its outcome can be followed there, and lies in a volume when it has ended.
 */
export class SpawnCalls {
  readonly #connection: ModalConnection;
  readonly #readResult: ReadResult;

  constructor(connection: ModalConnection, readResult: ReadResult) {
    this.#connection = connection;
    this.#readResult = readResult;
  }

  /** Resolves when everything that the call needs is on Modal. @throws RemoteError `REMOTE_START`. */
  async spawn(prepared: PreparedSandbox, { definition, request, observer }: SpawnedCall): Promise<RemoteCall> {
    const id: SpawnedCallId = { app: definition.app, key: `call-${randomBytes(16).toString('hex')}` };
    const modal = await this.#connection.client();
    const results = await modal.volumes.fromName(resultsVolume, { createIfMissing: true });
    const { args, parts, method, onYield } = request;
    const job = pack({ definition, request: { args, parts, method }, takesYields: onYield !== undefined });
    const { params } = prepared;
    const { resultLifetime, orphanTimeout } = this.#connection.settings;
    const sandbox = await startSandbox(
      this.#connection,
      { ...prepared, params: { ...params, volumes: { ...params.volumes, [resultsFolder]: results } } },
      {
        app: id.app,
        command: ['node', '--enable-source-maps', jobPath, id.key, String(resultLifetime), String(orphanTimeout)],
        name: id.key,
        tags: ownTags('call', definition.name),
        timeout: startTimeout(prepared.spec),
        signal: request.signal,
        onPhase: (phase) => observer.onPhase?.({ phase }),
      },
      async (started) => {
        await whileAlive(started, orphanTimeout, async () => {
          await started.filesystem.writeBytes(job, jobFile);
          await started.filesystem.writeText('', jobReadyFile);
        });
        return { result: started, lines: () => [], ready: Promise.resolve() };
      },
    );
    return new SpawnedModalCall(id, this.#place(id, sandbox), outcomeReader(request));
  }

  /** @throws RemoteError `REMOTE_CANCELLED` when there is no such call. */
  async attach(text: string): Promise<RemoteCall> {
    const id = readCallId(text);
    if (!id) throw unknownCall(text);
    const sandbox = await this.#find(id);
    if (!sandbox) await this.#result(id);
    return new SpawnedModalCall(id, this.#place(id, sandbox), outcomeReader());
  }

  #place(id: SpawnedCallId, sandbox: Sdk.Sandbox | undefined): SpawnedCallPlace {
    const calls = this;
    return {
      async *follow() {
        let passed = 0;
        let running = sandbox;
        while (running) {
          try {
            for await (const piece of live(running, passed)) {
              passed += piece.length;
              yield piece;
            }
          } catch {
            // The sandbox has ended, or the connection to it.
          }
          await sleep(againAfterMs);
          running = await calls.#find(id);
        }
        yield (await calls.#result(id)).subarray(passed);
      },
      async terminate() {
        const running = sandbox ?? (await calls.#find(id));
        await running?.terminate();
      },
    };
  }

  async #find({ app, key }: SpawnedCallId): Promise<Sdk.Sandbox | undefined> {
    const modal = await this.#connection.client();
    try {
      return await modal.sandboxes.fromName(app, key);
    } catch (error) {
      if (/not found/i.test((error as Error).message)) return undefined;
      throw modalError(error, 'connecting');
    }
  }

  async #result(id: SpawnedCallId): Promise<Uint8Array> {
    try {
      return await this.#readResult(id.key);
    } catch (error) {
      if (/not.?found|no such file/i.test((error as Error).message)) throw unknownCall(callId(id), error);
      throw modalError(error, 'connecting');
    }
  }
}

/** Gives the sandbox signs of life while something is brought to it, which takes as long as it takes. */
async function whileAlive(sandbox: Sdk.Sandbox, orphanTimeout: number, bring: () => Promise<void>): Promise<void> {
  const sign = setInterval(
    () => void sandbox.filesystem.writeText('', aliveFile).catch(() => undefined),
    (orphanTimeout * 1000) / 4,
  );
  try {
    await bring();
  } finally {
    clearInterval(sign);
  }
}

async function* live(sandbox: Sdk.Sandbox, from: number): AsyncGenerator<Uint8Array> {
  const command = ['node', followPath, String(from)];
  const follow = await containerSockets.during(() => sandbox.exec(command, { mode: 'binary', stderr: 'ignore' }));
  yield* follow.stdout;
}

function unknownCall(id: string, cause?: unknown): RemoteError {
  return new RemoteError(
    'REMOTE_CANCELLED',
    `There is no call '${id}' on Modal: neither does it run nor did it leave a result.`,
    {
      hint: 'It was cancelled, or its container was stopped or taken away before it ended. Spawn it again.',
      cause,
    },
  );
}
