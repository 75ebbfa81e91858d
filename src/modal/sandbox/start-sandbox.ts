import { randomUUID } from 'node:crypto';
import type { ContainerSpec, Phase } from '../../remote/index.ts';
import type { Sdk } from '../modal.ts';
import { isThrottled, modalError, type StartPhase, startTimedOut } from '../modal-errors.ts';
import type { PreparedSandbox } from '../prepared-sandbox.ts';
import { tagNames } from '../tags.ts';

/** How a sandbox is started. */
export interface SandboxStart {
  readonly command: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly name?: string | undefined;
  /** Seconds until it must be ready. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly onPhase: (phase: Phase) => void;
}

/** Seconds that a container without a GPU has to get ready, unless its function says otherwise. */
export const startupTimeout = 300;
/** GPUs may have to be waited for. */
const gpuStartupTimeout = 1200;

/** Seconds that a container has to get ready. A moment less than asked for: who waits longer knows less of the phase. */
export function startTimeout(spec: ContainerSpec): number {
  return (spec.startupTimeout ?? (spec.gpu ? gpuStartupTimeout : startupTimeout)) * 0.98;
}

/**
 * Starts a sandbox and lets `begin` get it ready. Whatever goes wrong, no sandbox is left behind.
 *
 * @throws RemoteError `REMOTE_START` that names the phase.
 */
export async function startSandbox<Begun>(
  modal: Sdk.ModalClient,
  app: Sdk.App,
  prepared: PreparedSandbox,
  { command, tags, name, timeout, signal, onPhase }: SandboxStart,
  begin: (
    sandbox: Sdk.Sandbox,
  ) => Promise<{ readonly result: Begun; readonly lines: () => readonly string[]; readonly ready: Promise<unknown> }>,
): Promise<Begun> {
  let phase: StartPhase = 'queued';
  onPhase('queued');
  const start = randomUUID();
  let lines: () => readonly string[] = () => [];
  const limit = new AbortController();
  const params = {
    ...prepared.params,
    command: [...command],
    tags: { ...tags, [tagNames.start]: start },
    ...(name && { name }),
  };
  const creation = whenAdmitted(() => modal.sandboxes.create(app, prepared.image, params), limit.signal);

  async function getReady(): Promise<Begun> {
    const sandbox = await creation;
    phase = 'starting';
    onPhase('starting');
    const begun = await begin(sandbox);
    lines = begun.lines;
    await begun.ready;
    return begun.result;
  }

  const over = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(startTimedOut(phase, Math.round(timeout), lines())), timeout * 1000);
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    limit.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    });
  });
  try {
    signal?.throwIfAborted();
    return await Promise.race([getReady(), over]);
  } catch (error) {
    void giveUp(modal, app, creation, start);
    throw signal?.aborted ? signal.reason : modalError(error, phase, prepared.spec);
  } finally {
    limit.abort();
    over.catch(() => undefined);
  }
}

/** Repeats what Modal refuses because too much is asked for at once, until `signal` says that it is over. */
async function whenAdmitted<Result>(create: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
  for (let delayMs = 250; ; delayMs = Math.min(delayMs * 2, 8000)) {
    try {
      return await create();
    } catch (error) {
      if (!isThrottled(error) || signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs * (0.5 + Math.random())));
      if (signal.aborted) throw error;
    }
  }
}

/** The SDK tells the id of a sandbox only when it is scheduled; before that it is found by its tag. */
async function giveUp(
  modal: Sdk.ModalClient,
  app: Sdk.App,
  creation: Promise<Sdk.Sandbox>,
  start: string,
): Promise<void> {
  const late = creation.then((sandbox) => sandbox.terminate()).catch(() => undefined);
  try {
    for await (const sandbox of modal.sandboxes.list({ appId: app.appId, tags: { [tagNames.start]: start } })) {
      await sandbox.terminate();
    }
  } catch {
    // It ends by itself when nobody gives a sign of life.
  }
  await late;
}
