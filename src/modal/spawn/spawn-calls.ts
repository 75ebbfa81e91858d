import { randomBytes } from 'node:crypto';
import { pack } from '../../pack/index.ts';
import type { RemoteCall, SpawnedCall } from '../../remote/index.ts';
import { jobPath } from '../image/runtime-files.ts';
import { aliveFile, jobFile, jobReadyFile, resultsFolder } from '../inside/places.ts';
import type { Sdk } from '../modal.ts';
import type { PreparedSandbox } from '../prepared-sandbox.ts';
import { startSandbox, startTimeout } from '../sandbox/start-sandbox.ts';
import { ownTags } from '../tags.ts';
import { type CallAccess, CallPlace, unknownCall } from './call-place.ts';
import { callId, readCallId, type SpawnedCallId } from './outcome.ts';
import { SpawnedModalCall } from './spawned-call.ts';

/** Volume that keeps the results of spawned calls. */
export const resultsVolume = 'hypernodes-results';

/**
 * Calls that outlive the process that made them: each has a named sandbox whose main program performs it, with the
 * retries and time limits of its function. Its outcome can be followed there, and lies in a volume when it has ended.
 */
export class SpawnCalls {
  readonly #access: CallAccess;

  constructor(access: CallAccess) {
    this.#access = access;
  }

  /** Resolves when everything that the call needs is on Modal. @throws RemoteError `REMOTE_START`. */
  async spawn(prepared: PreparedSandbox, spawned: SpawnedCall): Promise<RemoteCall> {
    const { definition, request, observer } = spawned;
    const id: SpawnedCallId = { app: definition.app, key: `call-${randomBytes(16).toString('hex')}` };
    const sandbox = await this.#start(id, prepared, spawned, { attempts: 0, signal: request.signal });
    const place = new CallPlace(id, this.#access, {
      sandbox,
      retryDelayMs: (failed) => spawned.retryDelayMs(failed),
      onRetry: (retry) => observer.onRetry?.({ callId: callId(id), ...retry }),
      start: (attempts, signal) => this.#start(id, prepared, spawned, { attempts, signal }),
    });
    return new SpawnedModalCall(id, place, request);
  }

  /** @throws RemoteError `REMOTE_CANCELLED` when there is no such call. */
  async attach(text: string): Promise<RemoteCall> {
    const id = readCallId(text);
    if (!id) throw unknownCall(text);
    const place = new CallPlace(id, this.#access);
    if (!(await place.isThere())) throw unknownCall(text);
    return new SpawnedModalCall(id, place);
  }

  /** @param begun.attempts Attempts that were made before, in other containers. */
  async #start(
    id: SpawnedCallId,
    prepared: PreparedSandbox,
    { definition, request, observer }: SpawnedCall,
    { attempts, signal }: { readonly attempts: number; readonly signal: AbortSignal | undefined },
  ): Promise<Sdk.Sandbox> {
    const { connection } = this.#access;
    const { resultLifetime, orphanTimeout } = connection.settings;
    const modal = await connection.client();
    const results = await modal.volumes.fromName(resultsVolume, { createIfMissing: true });
    const { args, parts, method, onYield } = request;
    const job = pack({ definition, request: { args, parts, method, attempts }, takesYields: onYield !== undefined });
    const { params } = prepared;
    return startSandbox(
      connection,
      { ...prepared, params: { ...params, volumes: { ...params.volumes, [resultsFolder]: results } } },
      {
        app: id.app,
        command: ['node', '--enable-source-maps', jobPath, id.key, String(resultLifetime), String(orphanTimeout)],
        name: id.key,
        tags: ownTags('call', definition.name),
        timeout: startTimeout(prepared.spec),
        signal,
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
