import { InputError } from '../errors.ts';
import type { VolumeSpec } from './container-spec.ts';
import type { Provider, VolumeEntry, VolumeStore } from './provider.ts';
import { defaultProvider } from './providers.ts';
import { fromState, getState } from './travel.ts';

/** Files that outlive containers, and that several of them share. */
export class Volume {
  readonly spec: VolumeSpec;
  readonly #provider: Provider | undefined;

  private constructor(spec: VolumeSpec, provider?: Provider) {
    this.spec = spec;
    this.#provider = provider;
  }

  /** The volume that the provider keeps under this name; letters, digits, `-`, `_` and `.`. */
  static fromName(
    name: string,
    options: { readonly createIfMissing?: boolean; readonly readOnly?: boolean } = {},
  ): Volume {
    if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)) {
      throw new InputError(
        'INPUT_INVALID',
        `Volume.fromName: the name is ${JSON.stringify(name)}; expected up to 64 letters, digits, '-', '_' and '.'.`,
        {
          path: 'name',
        },
      );
    }
    const { createIfMissing = false, readOnly = false } = options;
    return new Volume({ name, createIfMissing, readOnly });
  }

  /** The same volume, where containers can't change it. */
  asReadOnly(): Volume {
    return new Volume({ ...this.spec, readOnly: true }, this.#provider);
  }

  /** The same volume at a provider of your own; otherwise it is the one that functions run at. */
  at(provider: Provider): Volume {
    return new Volume(this.spec, provider);
  }

  /** Puts a file there. Paths are relative to the volume. */
  async put(path: string, content: Uint8Array | string): Promise<void> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    return (await this.#store()).put(path, bytes);
  }

  async get(path: string): Promise<Uint8Array> {
    return (await this.#store()).get(path);
  }

  /** Files and folders right under `path`. */
  async list(path = ''): Promise<readonly VolumeEntry[]> {
    return (await this.#store()).list(path);
  }

  async remove(path: string): Promise<void> {
    return (await this.#store()).remove(path);
  }

  /** Makes what was written here visible elsewhere. */
  async commit(): Promise<void> {
    return (await this.#store()).commit();
  }

  /** Makes what was written elsewhere visible here. */
  async reload(): Promise<void> {
    return (await this.#store()).reload();
  }

  [getState](): VolumeSpec {
    return this.spec;
  }

  static [fromState](spec: VolumeSpec): Volume {
    return new Volume(spec);
  }

  async #store(): Promise<VolumeStore> {
    return (this.#provider ?? (await defaultProvider())).volume(this.spec);
  }
}
