import type {
  Container,
  ContainerHost,
  ContainerSpec,
  ContainerStart,
  DeploymentObserver,
  PreparedContainer,
  RemoteCall,
  SpawnedCall,
  VolumeSpec,
  VolumeStore,
} from '../remote/index.ts';
import type { ModalConnection } from './connection.ts';
import { bridgePath, keeperPath, runnerPath } from './image/runtime-files.ts';
import { type StartPhase, startTimedOut } from './modal-errors.ts';
import { ModalVolume } from './modal-volume.ts';
import { type PreparedSandbox, prepareSandbox } from './prepared-sandbox.ts';
import { liveSandboxes } from './sandbox/live-sandboxes.ts';
import { SandboxContainer } from './sandbox/sandbox-container.ts';
import { startSandbox, startTimeout, startupTimeout } from './sandbox/start-sandbox.ts';
import { VolumeSync } from './sandbox/volume-sync.ts';
import { resultsVolume, SpawnCalls } from './spawn/spawn-calls.ts';
import { ownTags } from './tags.ts';

/** App under which images are built: all functions share them. */
const imageApp = 'hypernodes-images';

/** Seconds without the bridge after which Modal ends a container: only for when its own programs fail to do so. */
const idleTimeout = 300;

/** Containers that are sandboxes of Modal. */
export class ModalHost implements ContainerHost {
  readonly name = 'modal';
  readonly startupTimeout = startupTimeout;
  /** As long as it takes to get there and back over the internet. */
  readonly aheadMs = 50;
  readonly #connection: ModalConnection;
  readonly #runner: string;
  readonly #calls: SpawnCalls;
  /** Each has a container, and knows what was written in it. */
  readonly #volumes = new Map<string, ModalVolume>();
  #results: VolumeStore | undefined;

  /** @param runner Path of the runner's program in containers. */
  constructor(connection: ModalConnection, runner: string = runnerPath) {
    this.#connection = connection;
    this.#runner = runner;
    this.#calls = new SpawnCalls({ connection, readResult: (key) => this.#readResult(key) });
  }

  async prepare(spec: ContainerSpec, observer: DeploymentObserver): Promise<PreparedSandbox> {
    const { settings } = this.#connection;
    let phase: StartPhase = 'connecting';
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const { buildTimeout } = settings;
      timer = setTimeout(() => reject(startTimedOut(phase, buildTimeout)), buildTimeout * 1000);
    });
    const preparing = (async () => {
      const [modal, app] = await Promise.all([this.#connection.client(), this.#connection.app(imageApp)]);
      return prepareSandbox(modal, app, spec, settings, (detail) => {
        phase = 'building';
        observer.onPhase?.({ phase, detail });
      });
    })();
    try {
      return await Promise.race([preparing, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async start(prepared: PreparedContainer, { definition, observer, signal }: ContainerStart): Promise<Container> {
    const { spec, workdir, writablePaths, params } = prepared as PreparedSandbox;
    const { orphanTimeout } = this.#connection.settings;
    let id = '';
    return startSandbox(
      this.#connection,
      prepared as PreparedSandbox,
      {
        app: definition.app,
        command: ['node', keeperPath, String(orphanTimeout)],
        tags: ownTags('pool', definition.name),
        idleTimeout,
        timeout: startTimeout(spec),
        signal,
        onPhase: (phase) => observer.onPhase?.(id ? { phase, container: id } : { phase }),
      },
      async (sandbox) => {
        id = sandbox.sandboxId;
        const command = [
          'node',
          bridgePath,
          String(orphanTimeout),
          ...runnerCommand(this.#runner, params.memoryLimitMiB),
        ];
        const bridge = await sandbox.exec(command, { mode: 'binary', workdir });
        const result = new SandboxContainer(sandbox, bridge, {
          settings: this.#connection.settings,
          volumes: new VolumeSync(sandbox, Object.keys(spec.volumes).length > 0, writablePaths),
          onLine: (stream, text) =>
            observer.onLog?.({ app: definition.app, function: definition.name, container: id, stream, text }),
        });
        const failed = result.exited.then(({ lastLines }) => {
          throw new Error(`the runner ended at once${lastLines.length > 0 ? `: ${lastLines.join(' / ')}` : ''}`);
        });
        failed.catch(() => undefined);
        return { result, lines: () => result.lastLines, ready: Promise.race([result.ready, failed]) };
      },
    );
  }

  volume(spec: VolumeSpec): VolumeStore {
    const { name, createIfMissing, readOnly } = spec;
    const key = JSON.stringify([name, createIfMissing, readOnly]);
    let volume = this.#volumes.get(key);
    if (!volume) {
      const makeImage = async () => (await this.prepare(plainContainer, {})).image;
      volume = new ModalVolume(this.#connection, spec, makeImage);
      this.#volumes.set(key, volume);
    }
    return volume;
  }

  spawn(prepared: PreparedContainer, spawned: SpawnedCall): Promise<RemoteCall> {
    return this.#calls.spawn(prepared as PreparedSandbox, spawned);
  }

  attach(callId: string): Promise<RemoteCall> {
    return this.#calls.attach(callId);
  }

  async close(): Promise<void> {
    await liveSandboxes.endOf(this.#connection.settings);
    await this.#connection.close();
  }

  async #readResult(key: string): Promise<Uint8Array> {
    if (this.#results) await this.#results.reload();
    this.#results ??= this.volume({ name: resultsVolume, createIfMissing: true, readOnly: true });
    return this.#results.get(key);
  }
}

/** Node and hypernodes, nothing of the user. */
const plainContainer: ContainerSpec = { image: { digest: '', steps: [] }, env: {}, secrets: [], volumes: {} };

/** Leaves a part of the memory to buffers and to the programs around the runner. */
function runnerCommand(runner: string, memory: number | undefined): string[] {
  const heap = memory ? [`--max-old-space-size=${Math.max(64, Math.floor(memory * 0.75))}`] : [];
  return ['node', '--enable-source-maps', ...heap, runner];
}
