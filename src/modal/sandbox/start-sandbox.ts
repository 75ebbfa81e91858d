import { randomUUID } from 'node:crypto';
import type { ContainerSpec, Phase } from '../../remote/index.ts';
import type { ModalConnection } from '../connection.ts';
import type { Sdk } from '../modal.ts';
import { isThrottled, modalError, type StartPhase, startTimedOut } from '../modal-errors.ts';
import { wholeSeconds } from '../modal-options.ts';
import type { PreparedSandbox } from '../prepared-sandbox.ts';
import { sandboxesOfStart, tagNames } from '../tags.ts';
import { containerSockets } from './container-sockets.ts';
import { liveSandboxes } from './live-sandboxes.ts';

/** How a sandbox is started. */
export interface SandboxStart {
  /** App that it belongs to, by name. */
  readonly app: string;
  readonly command: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly name?: string | undefined;
  /** Seconds without a running command after which Modal ends it; never unless given. */
  readonly idleTimeout?: number | undefined;
  /** Seconds until it must be ready. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly onPhase: (phase: Phase) => void;
}

/** Seconds that a container without a GPU has to get ready, unless its function says otherwise. */
export const startupTimeout = 300;
/** GPUs may have to be waited for. */
const gpuStartupTimeout = 1200;
/** Whoever else limits the start knows less of its phase: this limit comes a moment earlier. */
const earlier = 0.98;
/** Milliseconds that are given to a start to end after it was given up. */
const lateMs = 5000;

/** Seconds that a container has to get ready. */
export function startTimeout(spec: ContainerSpec): number {
  return spec.startupTimeout ?? (spec.gpu ? gpuStartupTimeout : startupTimeout);
}

/**
 * Starts a sandbox and lets `begin` get it ready. Whatever goes wrong, no sandbox is left behind.
 *
 * @throws RemoteError `REMOTE_START` that names the phase.
 */
export async function startSandbox<Begun>(
  connection: ModalConnection,
  prepared: PreparedSandbox,
  { app: appName, command, tags, name, idleTimeout, timeout, signal, onPhase }: SandboxStart,
  begin: (
    sandbox: Sdk.Sandbox,
  ) => Promise<{ readonly result: Begun; readonly lines: () => readonly string[]; readonly ready: Promise<unknown> }>,
): Promise<Begun> {
  const [modal, app] = await Promise.all([connection.client(), connection.app(appName)]);
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
    ...(idleTimeout && { idleTimeoutMs: wholeSeconds(idleTimeout) }),
  };
  const creation = whenAdmitted(() => modal.sandboxes.create(app, prepared.image, params), limit.signal);
  let ending: Promise<void> | undefined;
  const end = (): Promise<void> => {
    limit.abort();
    ending ??= giveUp(modal, app, creation, start).finally(() => liveSandboxes.delete(start));
    return ending;
  };
  liveSandboxes.add(start, {
    settings: connection.settings,
    leftover: { appId: app.appId, start },
    end,
  });

  async function getReady(): Promise<Begun> {
    const sandbox = await creation;
    phase = 'starting';
    onPhase('starting');
    const begun = await containerSockets.during(() => begin(sandbox));
    lines = begun.lines;
    await begun.ready;
    containerSockets.unref();
    return begun.result;
  }

  const over = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(startTimedOut(phase, timeout, lines())), timeout * 1000 * earlier);
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    limit.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      reject(new Error('its start was given up'));
    });
  });
  try {
    signal?.throwIfAborted();
    const begun = await Promise.race([getReady(), over]);
    liveSandboxes.delete(start);
    return begun;
  } catch (error) {
    void end();
    if (liveSandboxes.isInterrupted) return await new Promise<never>(() => undefined);
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

/** Ends the sandbox, also one that waits for a machine: then the SDK has not told its id yet. */
async function giveUp(
  modal: Sdk.ModalClient,
  app: Sdk.App,
  creation: Promise<Sdk.Sandbox>,
  start: string,
): Promise<void> {
  const late = creation.then((sandbox) => sandbox.terminate()).catch(() => undefined);
  try {
    for await (const sandbox of sandboxesOfStart(modal, app.appId, start)) await sandbox.terminate();
  } catch {
    // It ends by itself when nobody gives a sign of life.
  }
  await Promise.race([late, new Promise((resolve) => setTimeout(resolve, lateMs).unref())]);
}
