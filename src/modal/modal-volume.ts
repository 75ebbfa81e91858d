import { keepAlive, type VolumeEntry, type VolumeSpec, type VolumeStore, volumePath } from '../remote/index.ts';
import type { ModalConnection } from './connection.ts';
import { keeperPath } from './image/runtime-files.ts';
import { stopFile } from './inside/places.ts';
import type { Sdk } from './modal.ts';
import { modalError } from './modal-errors.ts';
import { wholeSeconds } from './modal-options.ts';
import { containerSockets } from './sandbox/container-sockets.ts';
import { liveSandboxes } from './sandbox/live-sandboxes.ts';
import { ownTags } from './tags.ts';

/** Seconds for which the container that holds a volume stays without being used. */
const idleTimeout = 60;
const mountPath = '/volume';
/** It only moves bytes. */
const resources = { cpu: 0.25, memoryMiB: 256 };
/** Milliseconds for which a container may be ending before Modal says that it ended. */
const endingMs = 30_000;
/** Milliseconds that publishing may hold up the end of this process. */
const endMs = 4000;

/**
 * Files of a volume on Modal. Its SDK reaches them only from within a container, so a small one is started for the first
 * operation; it ends when nothing was done for a minute.
 */
export class ModalVolume implements VolumeStore {
  readonly #connection: ModalConnection;
  readonly #spec: VolumeSpec;
  readonly #makeImage: () => Promise<Sdk.Image>;
  #sandbox: Promise<Sdk.Sandbox> | undefined;

  constructor(connection: ModalConnection, spec: VolumeSpec, makeImage: () => Promise<Sdk.Image>) {
    this.#connection = connection;
    this.#spec = spec;
    this.#makeImage = makeImage;
  }

  async put(path: string, content: Uint8Array): Promise<void> {
    return this.#use((sandbox) => sandbox.filesystem.writeBytes(content, this.#inside(path)));
  }

  async get(path: string): Promise<Uint8Array> {
    return this.#use((sandbox) => sandbox.filesystem.readBytes(this.#inside(path)));
  }

  async list(path = ''): Promise<readonly VolumeEntry[]> {
    return this.#use(async (sandbox) => {
      const found = await sandbox.filesystem.listFiles(this.#inside(path));
      return found.map(({ path: full, type, size }) => ({
        path: full.slice(mountPath.length + 1),
        kind: type === 'directory' ? ('directory' as const) : ('file' as const),
        // What a directory itself takes is of no interest to anybody.
        size: type === 'directory' ? 0 : size,
      }));
    });
  }

  async remove(path: string): Promise<void> {
    return this.#use((sandbox) => sandbox.filesystem.remove(this.#inside(path), { recursive: true }));
  }

  /** Lets the container end, because that is when Modal is sure to publish what it wrote. */
  commit(): Promise<void> {
    return keepAlive(this.#commit());
  }

  async #commit(): Promise<void> {
    const sandbox = await this.#sandbox;
    if (!sandbox) return;
    this.#sandbox = undefined;
    await sandbox.filesystem.writeText('', stopFile);
    await sandbox.wait();
    this.#forget(sandbox);
  }

  reload(): Promise<void> {
    return this.#use((sandbox) => sandbox.reloadVolumes());
  }

  /** Ends the container, by itself if it can. */
  async #end(sandbox: Sdk.Sandbox): Promise<void> {
    const late = new Promise((resolve) => setTimeout(resolve, endMs).unref());
    await Promise.race([this.commit().catch(() => undefined), late]);
    await sandbox.terminate().catch(() => undefined);
    this.#forget(sandbox);
  }

  #use<Result>(operation: (sandbox: Sdk.Sandbox) => Promise<Result>): Promise<Result> {
    return keepAlive(this.#repeat(operation));
  }

  async #repeat<Result>(operation: (sandbox: Sdk.Sandbox) => Promise<Result>): Promise<Result> {
    for (let attempt = 0; ; attempt++) {
      this.#sandbox ??= this.#start();
      const current = this.#sandbox;
      try {
        const sandbox = await current;
        return await containerSockets.during(() => operation(sandbox));
      } catch (error) {
        const sandbox = await current.catch(() => undefined);
        const ended = !sandbox || (await hasEnded(sandbox, error));
        if (ended && this.#sandbox === current) this.#sandbox = undefined;
        // It ends when it was not used for a while: then another one does it.
        if (!sandbox || !ended || attempt > 0) throw error;
        this.#forget(sandbox);
      }
    }
  }

  async #start(): Promise<Sdk.Sandbox> {
    const { name, createIfMissing, readOnly } = this.#spec;
    const { settings } = this.#connection;
    try {
      const modal = await this.#connection.client();
      const [app, image, volume] = await Promise.all([
        this.#connection.app('hypernodes-volumes'),
        this.#makeImage(),
        modal.volumes.fromName(name, { createIfMissing }),
      ]);
      const sandbox = await modal.sandboxes.create(app, image, {
        ...resources,
        command: ['node', keeperPath, String(settings.lifetime)],
        timeoutMs: wholeSeconds(settings.lifetime),
        idleTimeoutMs: wholeSeconds(idleTimeout),
        volumes: { [mountPath]: readOnly ? volume.withMountOptions({ readOnly }) : volume },
        tags: ownTags('volume'),
      });
      liveSandboxes.add(sandbox.sandboxId, {
        settings,
        leftover: { sandboxId: sandbox.sandboxId },
        end: () => this.#end(sandbox),
      });
      return sandbox;
    } catch (error) {
      throw modalError(error, 'starting');
    }
  }

  #inside(path: string): string {
    return `${mountPath}/${volumePath(this.#spec.name, path)}`;
  }

  #forget(sandbox: Sdk.Sandbox): void {
    liveSandboxes.delete(sandbox.sandboxId);
    sandbox.detach();
  }
}

/**
 * Whether the container is gone after an operation in it failed. One that is just ending already refuses operations, but
 * Modal tells of its end only once it has published what it wrote: the next container must see that.
 */
async function hasEnded(sandbox: Sdk.Sandbox, failure: unknown): Promise<boolean> {
  const code = () => sandbox.poll().catch(() => 0);
  if ((failure as Error).constructor.name !== 'NotFoundError') return (await code()) !== null;
  const late = new Promise((resolve) => setTimeout(resolve, endingMs).unref());
  await Promise.race([sandbox.wait().catch(() => undefined), late]);
  return (await code()) !== null;
}
