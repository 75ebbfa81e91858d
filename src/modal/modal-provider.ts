import { ContainerProvider, type VolumeSpec, type VolumeStore } from '../remote/index.ts';
import { ModalConnection } from './connection.ts';
import { containerLog, listContainers, type ModalContainer, stopContainer } from './modal-containers.ts';
import { ModalHost } from './modal-host.ts';
import { type ModalOptions, modalSettings } from './modal-options.ts';

/**
 * Runs functions and pipelines on Modal, in containers with the image, GPU, volumes and secrets that they ask for.
 * Nothing is contacted before the first call. Needs the package `modal` in version 0.11.1 and a token.
 *
 * @example
 * ```ts
 * import { App } from 'hypernodes/remote';
 * import { ModalProvider } from 'hypernodes/modal';
 *
 * const app = new App('squares', { provider: new ModalProvider() });
 * const square = app.function({ cpu: 2 }, (x: number) => x * x);
 * ```
 */
export class ModalProvider extends ContainerProvider {
  readonly #connection: ModalConnection;
  readonly #host: ModalHost;

  /** @throws InputError `INPUT_INVALID` for numbers that Modal does not take. */
  constructor(options: ModalOptions = {}) {
    const connection = new ModalConnection(modalSettings(options));
    const host = new ModalHost(connection);
    super(host);
    this.#connection = connection;
    this.#host = host;
  }

  volume(spec: VolumeSpec): VolumeStore {
    return this.#host.volume(spec);
  }

  /**
   * Containers of hypernodes that run now, whoever started them; of one app, or of all.
   *
   * @throws RemoteError `REMOTE_START` when nobody is logged in.
   */
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
}
