import { RemoteError } from '../errors.ts';
import type { ModalConnection } from './connection.ts';
import { machineTag } from './machine-tag.ts';
import type { Sdk } from './modal.ts';
import { modalError } from './modal-errors.ts';
import { isGone } from './sandbox/end-of.ts';
import { tagNames, terminateForGood } from './tags.ts';

/** A container of hypernodes that runs on Modal now, whoever started it. */
export interface ModalContainer {
  readonly id: string;
  readonly app: string;
  /** Name of the function; empty for containers that serve none. */
  readonly function: string;
  /** What it is for: calls, one spawned call, files of a volume, making an image. */
  readonly kind: 'pool' | 'call' | 'volume' | 'build';
  /** Unix time in milliseconds. */
  readonly startedAt: number;
  /** The process that started it, if that was on this machine. */
  readonly pid: number | undefined;
}

/** Lists what runs, in one app or in all of the environment. @throws RemoteError `REMOTE_START` when nobody is logged in. */
export async function* listContainers(connection: ModalConnection, appName?: string): AsyncGenerator<ModalContainer> {
  const modal = await connection.client();
  try {
    for await (const app of appsOf(modal, appName)) {
      for await (const sandbox of modal.sandboxes.list({ appId: app.appId, tags: { [tagNames.ours]: '1' } })) {
        const tags = await sandbox.getTags().catch(undefinedIfGone);
        if (tags) yield describe(sandbox.sandboxId, app.name ?? app.appId, tags);
        sandbox.detach();
      }
    }
  } catch (error) {
    throw modalError(error, 'connecting');
  }
}

/** Ends a container. @throws RemoteError `REMOTE_CANCELLED` if it is gone. */
export async function stopContainer(connection: ModalConnection, id: string): Promise<void> {
  const sandbox = await (await connection.client()).sandboxes.fromId(id);
  try {
    await terminateForGood(sandbox);
  } catch (error) {
    throw gone(id, error);
  }
}

/** The last lines that a container printed. @throws RemoteError `REMOTE_CANCELLED` if it is unknown. */
export async function* containerLog(connection: ModalConnection, id: string, lines: number): AsyncGenerator<string> {
  const sandbox = await (await connection.client()).sandboxes.fromId(id);
  try {
    for await (const { message } of sandbox.logs.tail({ entries: lines })) yield message.replace(/\n$/, '');
  } catch (error) {
    throw gone(id, error);
  }
}

async function* appsOf(modal: Sdk.ModalClient, appName: string | undefined): AsyncGenerator<Sdk.App> {
  if (appName !== undefined) {
    yield await modal.apps.fromName(appName);
    return;
  }
  const environment = await modal.environments.fromName(modal.environmentName() || 'main');
  yield* environment.apps.list();
}

function describe(id: string, app: string, tags: Readonly<Record<string, string>>): ModalContainer {
  return {
    id,
    app,
    function: tags[tagNames.function] ?? '',
    kind: (tags[tagNames.kind] ?? 'pool') as ModalContainer['kind'],
    startedAt: Number(tags[tagNames.since] ?? 0) * 1000,
    pid: tags[tagNames.machine] === machineTag ? Number(tags[tagNames.process]) : undefined,
  };
}

/** Some may end while they are listed. */
function undefinedIfGone(failure: unknown): undefined {
  if (!isGone(failure)) throw failure;
}

function gone(id: string, cause: unknown): Error {
  const text = (cause as Error).message;
  if (!/not.?found/i.test(text)) return modalError(cause, 'connecting');
  return new RemoteError('REMOTE_CANCELLED', `There is no container ${id} on Modal.`, {
    hint: 'See `hypernodes modal ps` for those that run.',
    cause,
  });
}
