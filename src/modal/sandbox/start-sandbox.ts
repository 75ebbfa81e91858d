import { randomUUID } from 'node:crypto';
import type { Phase } from '../../remote/index.ts';
import type { Sdk } from '../modal.ts';
import { modalError, type StartPhase, startTimedOut } from '../modal-errors.ts';
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

/** Seconds that a container has to get ready, unless its function says otherwise; GPUs may be waited for longer. */
export const defaultStartTimeout = { plain: 300, gpu: 1200 };

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
  const creation = modal.sandboxes.create(app, prepared.image, {
    ...prepared.params,
    command: [...command],
    tags: { ...tags, [tagNames.start]: start },
    ...(name && { name }),
  });

  async function getReady(): Promise<Begun> {
    const sandbox = await creation;
    phase = 'starting';
    onPhase('starting');
    const begun = await begin(sandbox);
    lines = begun.lines;
    await begun.ready;
    onPhase('running');
    return begun.result;
  }

  const limit = new AbortController();
  const over = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(startTimedOut(phase, timeout, lines())), timeout * 1000);
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
