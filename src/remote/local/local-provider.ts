import type { VolumeSpec } from '../container-spec.ts';
import { ContainerProvider } from '../containers/index.ts';
import type { VolumeStore } from '../provider.ts';
import { LocalHost } from './local-host.ts';
import { type LocalOptions, localSettings } from './local-options.ts';
import { LocalVolume } from './local-volume.ts';

/**
 * Runs functions and pipelines in processes of this machine, each in a world of its own: a folder with the files and
 * packages of its image, the environment, secrets and volumes that were declared, and nothing else of this process.
 *
 * It is no sandbox against malice: code in there runs with the rights of the user.
 */
export class LocalProvider extends ContainerProvider {
  readonly #host: LocalHost;

  constructor(options: LocalOptions = {}) {
    const host = new LocalHost(localSettings(options));
    super(host);
    this.#host = host;
  }

  volume(spec: VolumeSpec): VolumeStore {
    return new LocalVolume(this.#host.volumesFolder, spec);
  }
}
