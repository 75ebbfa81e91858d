import { RemoteError } from '../errors.ts';
import { keepAlive, type VolumeEntry, type VolumeSpec, type VolumeStore, volumePath } from '../remote/index.ts';
import type { ModalConnection } from './connection.ts';
import { keeperPath } from './image/runtime-files.ts';
import { stopFile } from './inside/places.ts';
import type { Sdk } from './modal.ts';
import { modalError } from './modal-errors.ts';
import { wholeSeconds } from './modal-options.ts';
import { containerSockets } from './sandbox/container-sockets.ts';
import { endOf, isUnanswered } from './sandbox/end-of.ts';
import { liveSandboxes } from './sandbox/live-sandboxes.ts';
import { ownTags } from './tags.ts';

/** Seconds for which the container that holds a volume stays without being used. */
const idleTimeout = 60;
const mountPath = '/volume';
/** It only moves bytes. */
const resources = { cpu: 0.25, memoryMiB: 256 };
/** Milliseconds that publishing may hold up the end of a container. */
const endMs = 30_000;
/** Exit code of a container that Modal ends because it was idle, or has lived for as long as it may. */
const endedByLimit = 124;

/**
 * Files of a volume on Modal. Its SDK reaches them only from within a container, so a small one is started for the first
 * operation; it ends when nothing was done for a minute.
 */
export class ModalVolume implements VolumeStore {
  readonly #connection: ModalConnection;
  readonly #spec: VolumeSpec;
  readonly #makeImage: () => Promise<Sdk.Image>;
  /** The end of a container that gave no answer, for all operations that noticed. */
  readonly #ends = new WeakMap<Sdk.Sandbox, Promise<number | undefined>>();
  /** Containers in which something was written that is not known to be published. */
  readonly #written = new WeakSet<Sdk.Sandbox>();
  #mayHaveLost = false;
  #sandbox: Promise<Sdk.Sandbox> | undefined;

  constructor(connection: ModalConnection, spec: VolumeSpec, makeImage: () => Promise<Sdk.Image>) {
    this.#connection = connection;
    this.#spec = spec;
    this.#makeImage = makeImage;
  }

  async put(path: string, content: Uint8Array): Promise<void> {
    const inside = this.#inside(path);
    return this.#write((sandbox) => sandbox.filesystem.writeBytes(content, inside));
  }

  async get(path: string): Promise<Uint8Array> {
    const inside = this.#inside(path);
    return this.#use((sandbox) => sandbox.filesystem.readBytes(inside));
  }

  async list(path = ''): Promise<readonly VolumeEntry[]> {
    const inside = this.#inside(path);
    return this.#use(async (sandbox) => {
      const found = await sandbox.filesystem.listFiles(inside);
      return found.map(({ path: full, type, size }) => ({
        path: full.slice(mountPath.length + 1),
        kind: type === 'directory' ? ('directory' as const) : ('file' as const),
        // What a directory itself takes is of no interest to anybody.
        size: type === 'directory' ? 0 : size,
      }));
    });
  }

  async remove(path: string): Promise<void> {
    const inside = this.#inside(path);
    return this.#write((sandbox) => sandbox.filesystem.remove(inside, { recursive: true }));
  }

  /** Lets the container end, because that is when Modal is sure to publish what it wrote. */
  commit(): Promise<void> {
    return keepAlive(this.#commit());
  }

  async #commit(): Promise<void> {
    const opened = this.#sandbox;
    this.#sandbox = undefined;
    const sandbox = await opened;
    if (sandbox) {
      const isAsked = await sandbox.filesystem.writeText('', stopFile).then(
        () => true,
        () => false,
      );
      this.#ended(sandbox, isAsked ? await sandbox.wait() : await this.#endOf(sandbox));
    }
    if (!this.#mayHaveLost) return;
    this.#mayHaveLost = false;
    throw new RemoteError(
      'REMOTE_CRASHED',
      `What was written to the volume '${this.#spec.name}' may be lost: the container that held it was stopped or taken away before.`,
      { hint: 'Write it again, then commit.' },
    );
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

  #write(operation: (sandbox: Sdk.Sandbox) => Promise<void>): Promise<void> {
    return this.#use((sandbox) => {
      this.#written.add(sandbox);
      return operation(sandbox);
    });
  }

  #use<Result>(operation: (sandbox: Sdk.Sandbox) => Promise<Result>): Promise<Result> {
    return keepAlive(this.#repeat(operation));
  }

  async #repeat<Result>(operation: (sandbox: Sdk.Sandbox) => Promise<Result>): Promise<Result> {
    const opened = this.#open();
    const sandbox = await opened;
    try {
      return await containerSockets.during(() => operation(sandbox));
    } catch (failure) {
      const code = isUnanswered(failure) ? await this.#endOf(sandbox) : undefined;
      if (code === undefined) throw failure;
      // It ends when it was not used for a while: then another one does it.
      if (this.#sandbox === opened) this.#sandbox = undefined;
      this.#ended(sandbox, code);
    }
    const next = await this.#open();
    return containerSockets.during(() => operation(next));
  }

  /** The container that is there, or a new one. */
  #open(): Promise<Sdk.Sandbox> {
    if (!this.#sandbox) {
      const opened = this.#start();
      this.#sandbox = opened;
      opened.catch(() => {
        if (this.#sandbox === opened) this.#sandbox = undefined;
      });
    }
    return this.#sandbox;
  }

  #endOf(sandbox: Sdk.Sandbox): Promise<number | undefined> {
    let end = this.#ends.get(sandbox);
    if (!end) {
      end = endOf(sandbox);
      this.#ends.set(sandbox, end);
      void end.then((code) => code === undefined && this.#ends.delete(sandbox));
    }
    return end;
  }

  #ended(sandbox: Sdk.Sandbox, code: number | undefined): void {
    const isInOrder = code === 0 || code === endedByLimit;
    if (this.#written.delete(sandbox) && !isInOrder) this.#mayHaveLost = true;
    if (code !== undefined) this.#forget(sandbox);
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
