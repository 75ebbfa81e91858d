import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteError } from '../../errors.ts';
import type { ContainerSpec } from '../container-spec.ts';
import type { Container, ContainerHost, ContainerStart, PreparedContainer } from '../containers/index.ts';
import type { DeploymentObserver } from '../provider.ts';
import { environmentOf, ownFolders } from './environment.ts';
import { ImageStore, type LocalImage } from './image-store.ts';
import { channel, LocalContainer } from './local-container.ts';
import type { LocalSettings } from './local-options.ts';
import { volumeFolder } from './local-volume.ts';
import { ownPackageForNode } from './own-package.ts';
import { Reaper } from './reaper.ts';
import { tellUnmetWishes } from './unmet-wishes.ts';
import { makeWorld, type World } from './world.ts';

/** Share of a container's memory that objects may take; the rest is for buffers and the program itself. */
const HEAP_SHARE = 0.75;
const LEAST_HEAP = 32;

/** What containers of a kind start from. */
interface PreparedProcess extends PreparedContainer {
  readonly image: LocalImage;
  readonly env: Readonly<Record<string, string>>;
  readonly volumes: Readonly<Record<string, string>>;
}

/** Where the worlds of containers are. */
interface Worlds {
  readonly folder: string;
  readonly reaper: Reaper;
  /** Folder of this library, for all containers. */
  readonly own: Promise<string>;
}

/** Containers that are processes of this machine. */
export class LocalHost implements ContainerHost {
  readonly name = 'local';
  readonly graceMs = 300;
  readonly startsAtOnce = Math.max(2, availableParallelism());
  readonly startupTimeout = 60;
  readonly #settings: LocalSettings;
  readonly #images: ImageStore;
  #worlds: Worlds | undefined;
  #started = 0;

  constructor(settings: LocalSettings) {
    this.#settings = settings;
    this.#images = new ImageStore(settings.cacheFolder);
  }

  get volumesFolder(): string {
    return join(this.#settings.dataFolder, 'volumes');
  }

  async prepare(spec: ContainerSpec, observer: DeploymentObserver): Promise<PreparedProcess> {
    tellUnmetWishes(spec, this.#settings);
    const image = await this.#images.get(spec.image, observer);
    const env = environmentOf(spec, image.env, this.#settings);
    const volumes = Object.fromEntries(
      Object.entries(spec.volumes).map(([path, volume]) => [path, volumeFolder(this.volumesFolder, volume)]),
    );
    return { spec, image, env, volumes };
  }

  async start(prepared: PreparedContainer, { definition, observer, signal }: ContainerStart): Promise<Container> {
    const { spec, image, env, volumes } = prepared as PreparedProcess;
    const worlds = this.#openWorlds();
    const id = `local-${++this.#started}`;
    const own = await worlds.own;
    const world = await makeWorld(join(worlds.folder, id), own, image, volumes);
    signal.throwIfAborted();
    const child = await startProcess(join(own, 'dist/remote-runner.js'), world, spec.memory, {
      ...env,
      ...ownFolders(world.folder),
    });
    worlds.reaper.add(child.pid);
    const container = new LocalContainer(id, child, {
      world: world.folder,
      memory: spec.memory,
      onLine: (stream, text) =>
        observer.onLog?.({ app: definition.app, function: definition.name, container: id, stream, text }),
    });
    void container.exited.then(() => worlds.reaper.remove(child.pid));
    return container;
  }

  async close(): Promise<void> {
    const worlds = this.#worlds;
    this.#worlds = undefined;
    if (!worlds) return;
    worlds.reaper.close();
    await rm(worlds.folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }

  #openWorlds(): Worlds {
    if (!this.#worlds) {
      const folder = mkdtempSync(join(tmpdir(), 'hypernodes-'));
      this.#worlds = { folder, reaper: new Reaper(folder), own: ownPackageForNode(folder) };
    }
    return this.#worlds;
  }
}

/** Containers run on Node, also when this process runs on Deno. */
const nodeProgram = (): string => ('Deno' in globalThis ? (process.env.HYPERNODES_NODE ?? 'node') : process.execPath);

async function startProcess(
  runnerPath: string,
  world: World,
  memory: number | undefined,
  env: Record<string, string>,
): Promise<ChildProcess & { readonly pid: number }> {
  const heap =
    memory === undefined ? [] : [`--max-old-space-size=${Math.max(LEAST_HEAP, Math.floor(memory * HEAP_SHARE))}`];
  const child = spawn(
    nodeProgram(),
    [...heap, runnerPath, String(channel.input), String(channel.output), JSON.stringify(world.paths)],
    {
      cwd: world.workdir,
      env,
      // A group of its own, of which all that user code starts there is part.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    },
  );
  if (child.pid === undefined) {
    const [cause] = (await once(child, 'error')) as [Error];
    throw new RemoteError('REMOTE_START', `No process could be started for a container: ${cause.message}.`, { cause });
  }
  return child as ChildProcess & { readonly pid: number };
}
