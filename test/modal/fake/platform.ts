import { mkdtempSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Images } from './images.ts';
import { Rpcs } from './rpcs.ts';
import { FakeSandbox, type SandboxPlan } from './sandbox.ts';
import { type FakeVolume, Mount } from './volumes.ts';
import { World } from './world.ts';

export interface VolumeRequest {
  readonly volumeId: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
}

/** State of the fake cloud: apps, images, secrets, volumes, sandboxes. */
export class Platform {
  readonly directory = mkdtempSync(join(tmpdir(), 'fake-modal-'));
  readonly rpcs = new Rpcs();
  readonly images = new Images(join(this.directory, 'images'));
  readonly apps = new Map<string, string>();
  readonly secrets = new Map<string, Readonly<Record<string, string>>>();
  readonly volumes = new Map<string, FakeVolume>();
  readonly sandboxes = new Map<string, FakeSandbox>();
  /** Milliseconds for which new sandboxes wait for a machine. */
  startDelayMs = 0;
  /** When volumes are published; a container that ends by itself publishes in any case. */
  readonly commits = { nowAndThen: true, whenSynced: true, whenTerminated: true, endMs: 0 };
  #ids = 0;
  #commits: NodeJS.Timeout;
  #publishing: Promise<unknown> | undefined;

  constructor() {
    // Volumes publish themselves now and then, also while their container runs.
    this.#commits = setInterval(() => {
      if (!this.commits.nowAndThen || this.#publishing) return;
      this.#publishing = Promise.all(this.running.map((sandbox) => sandbox.commit())).finally(() => {
        this.#publishing = undefined;
      });
    }, 500).unref();
  }

  get running(): FakeSandbox[] {
    return [...this.sandboxes.values()].filter((sandbox) => !sandbox.result);
  }

  id(prefix: string): string {
    return `${prefix}-${String(++this.#ids).padStart(22, '0')}`;
  }

  /** Puts a secret into the platform's store. */
  addSecret(name: string, variables: Readonly<Record<string, string>>): void {
    this.secrets.set(`st-named-${name}`, variables);
  }

  async volume(name: string): Promise<FakeVolume> {
    const id = `vo-${name}`;
    let volume = this.volumes.get(id);
    if (!volume) {
      volume = { id, name, directory: join(this.directory, 'volumes', name) };
      this.volumes.set(id, volume);
      await mkdir(volume.directory, { recursive: true });
    }
    return volume;
  }

  async start(plan: SandboxPlan, volumes: readonly VolumeRequest[]): Promise<FakeSandbox> {
    const root = join(this.directory, 'containers', this.id('root'));
    await mkdir(root, { recursive: true });
    await cp(plan.image.directory, root, { recursive: true, verbatimSymlinks: true });
    const world = new World(root);
    const mounts = volumes.map(({ volumeId, mountPath, readOnly }, index) => {
      const volume = this.volumes.get(volumeId);
      if (!volume) throw new Error(`no volume ${volumeId}`);
      const view = `${root}-volume-${index}`;
      return new Mount(volume, mountPath, readOnly, view);
    });
    for (const mount of mounts) {
      await mount.attach();
      world.bind(mount.directory, mount.path, mount.readOnly ? 'ro' : 'rw');
    }
    await mkdir(world.path(plan.workdir), { recursive: true });
    const sandbox = new FakeSandbox(plan, world, mounts, this.commits, this.startDelayMs);
    this.sandboxes.set(sandbox.id, sandbox);
    return sandbox;
  }

  byTask(taskId: string): FakeSandbox | undefined {
    return [...this.sandboxes.values()].find((sandbox) => sandbox.taskId === taskId);
  }

  async close(): Promise<void> {
    clearInterval(this.#commits);
    for (const sandbox of this.running) sandbox.terminate();
    await this.#publishing;
    await Promise.all([...this.sandboxes.values()].map((sandbox) => sandbox.ended));
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}
