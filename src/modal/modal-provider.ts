import type { ContainerSpec, VolumeSpec, VolumeStore } from '../remote/index.ts';
import { ModalConnection } from './connection.ts';
import type { Sdk } from './modal.ts';
import { containerLog, listContainers, type ModalContainer, stopContainer } from './modal-containers.ts';
import { ModalHost } from './modal-host.ts';
import { type ModalOptions, modalSettings } from './modal-options.ts';
import { ModalVolume } from './modal-volume.ts';

const plainContainer: ContainerSpec = {
  image: { digest: '', steps: [] },
  env: {},
  secrets: [],
  volumes: {},
};

/**
 * Runs functions and pipelines on Modal, in containers with the image, GPU, volumes and secrets that they ask for.
 * Nothing is contacted before the first call. Needs the package `modal` in version 0.11.1 and a token.
 */
export class ModalProvider {
  readonly name = 'modal';
  readonly #connection: ModalConnection;
  readonly #host: ModalHost;
  readonly #volumes = new Set<ModalVolume>();

  /** @throws RangeError for numbers that Modal does not take. */
  constructor(options: ModalOptions = {}) {
    this.#connection = new ModalConnection(modalSettings(options));
    this.#host = new ModalHost(this.#connection);
  }

  /** Containers of hypernodes that run now, whoever started them; of one app, or of all. @throws RemoteError `REMOTE_START` when nobody is logged in. */
  containers(app?: string): AsyncIterable<ModalContainer> {
    return listContainers(this.#connection, app);
  }

  /** Ends a container. @throws RemoteError `REMOTE_CANCELLED` if it is gone. */
  stop(id: string): Promise<void> {
    return stopContainer(this.#connection, id);
  }

  /** The last lines that a container printed. @throws RemoteError `REMOTE_CANCELLED` if it is unknown. */
  logs(id: string, lines = 100): AsyncIterable<string> {
    return containerLog(this.#connection, id, lines);
  }

  volume(spec: VolumeSpec): VolumeStore {
    const volume = new ModalVolume(this.#connection, spec, () => this.#plainImage());
    this.#volumes.add(volume);
    return volume;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#volumes].map((volume) => volume.close()));
    await this.#connection.close();
  }

  /** What helpers run in: Node and hypernodes, nothing of the user. */
  async #plainImage(): Promise<Sdk.Image> {
    return (await this.#host.prepare(plainContainer, {})).image;
  }
}
