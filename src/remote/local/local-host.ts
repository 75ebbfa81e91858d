import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
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
import { needsTsx, tsxModule } from './typescript.ts';
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
  /** Modules that Node loads before all else. */
  readonly imports: readonly string[];
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
  readonly #starting = new Set<Promise<Container>>();
  #worlds: Worlds | undefined;
  #started = 0;

  constructor(settings: LocalSettings) {
    this.#settings = settings;
    this.#images = new ImageStore(settings.cacheFolder, () => this.#openWorlds().reaper);
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
    const tsx = needsTsx(spec.image) ? tsxModule() : undefined;
    return { spec, image, env, volumes, imports: tsx === undefined ? [] : [tsx] };
  }

  start(prepared: PreparedContainer, start: ContainerStart): Promise<Container> {
    const starting = this.#start(prepared as PreparedProcess, start);
    this.#starting.add(starting);
    const isOver = (): boolean => this.#starting.delete(starting);
    starting.then(isOver, isOver);
    return starting;
  }

  async close(): Promise<void> {
    await this.#images.close();
    await Promise.allSettled(this.#starting);
    const worlds = this.#worlds;
    this.#worlds = undefined;
    if (!worlds) return;
    worlds.reaper.close();
    await rm(worlds.folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }

  async #start(
    { spec, image, env, volumes, imports }: PreparedProcess,
    { definition, observer, signal }: ContainerStart,
  ): Promise<Container> {
    const { folder, reaper, own: opening } = this.#openWorlds();
    const id = `local-${++this.#started}`;
    const place = join(folder, id);
    try {
      const own = await opening;
      const world = await makeWorld(place, own, image, volumes);
      signal.throwIfAborted();
      const options = [...heapOptions(spec.memory), ...importOptions([...pathsOf(world, own), ...imports])];
      const child = await startProcess(join(own, 'dist/remote-runner.js'), world, options, {
        ...env,
        ...ownFolders(place),
      });
      reaper.add(child.pid);
      const container = new LocalContainer(id, child, {
        world: place,
        memory: spec.memory,
        onLine: (stream, text) =>
          observer.onLog?.({ app: definition.app, function: definition.name, container: id, stream, text }),
      });
      void container.exited.then(() => reaper.remove(child.pid));
      return container;
    } catch (error) {
      await rm(place, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
      throw error;
    }
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
  options: readonly string[],
  env: Record<string, string>,
): Promise<ChildProcess & { readonly pid: number }> {
  const child = spawn(nodeProgram(), [...options, runnerPath, String(channel.input), String(channel.output)], {
    cwd: world.workdir,
    env,
    // A group of its own, of which all that user code starts there is part.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  if (child.pid === undefined) {
    const [cause] = (await once(child, 'error')) as [Error];
    throw new RemoteError('REMOTE_START', `No process could be started for a container: ${cause.message}.`, { cause });
  }
  return child as ChildProcess & { readonly pid: number };
}

const heapOptions = (memory: number | undefined): readonly string[] =>
  memory === undefined ? [] : [`--max-old-space-size=${Math.max(LEAST_HEAP, Math.floor(memory * HEAP_SHARE))}`];

/** Options of Node that also hold in worker threads and in programs that are forked. */
const importOptions = (modules: readonly string[]): readonly string[] =>
  modules.flatMap((module) => ['--import', module]);

/** The module that lets code see folders at other paths. */
function pathsOf({ paths }: World, own: string): readonly string[] {
  if (Object.keys(paths).length === 0) return [];
  const program = pathToFileURL(join(own, 'dist/remote-paths.js'));
  program.searchParams.set('paths', JSON.stringify(paths));
  return [program.href];
}
