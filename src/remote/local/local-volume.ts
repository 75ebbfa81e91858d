import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { InputError, RemoteError } from '../../errors.ts';
import type { VolumeSpec } from '../container-spec.ts';
import type { VolumeEntry, VolumeStore } from '../provider.ts';
import { volumePath } from '../volume-path.ts';

/**
 * The folder of a volume.
 *
 * @throws RemoteError `REMOTE_START` if there is none and it must not be made.
 */
export function volumeFolder(volumes: string, { name, createIfMissing }: VolumeSpec): string {
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name)) {
    throw new InputError('INPUT_INVALID', `A volume cannot be named '${name}'.`, {
      path: 'name',
      hint: "Use letters, digits, '-', '_' and '.'.",
    });
  }
  const folder = join(volumes, name);
  if (existsSync(folder)) return folder;
  if (!createIfMissing) {
    throw new RemoteError('REMOTE_START', `There is no volume '${name}' in ${volumes}.`, {
      hint: 'Make it with Volume.fromName(name, { createIfMissing: true }).',
    });
  }
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A volume that is a folder of this machine: what one writes, all see at once. */
export class LocalVolume implements VolumeStore {
  readonly #volumes: string;
  readonly #spec: VolumeSpec;

  constructor(volumes: string, spec: VolumeSpec) {
    this.#volumes = volumes;
    this.#spec = spec;
  }

  async put(path: string, content: Uint8Array): Promise<void> {
    const target = this.#at(path);
    await mkdir(dirname(target), { recursive: true });
    // Whoever reads meanwhile gets the old content or the new, never a part.
    const part = join(dirname(target), `.${randomBytes(6).toString('hex')}.part`);
    try {
      await writeFile(part, content);
      await rename(part, target);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
  }

  async get(path: string): Promise<Uint8Array> {
    return readFile(this.#at(path));
  }

  async list(path = ''): Promise<readonly VolumeEntry[]> {
    const folder = this.#at(path);
    const entries = await readdir(folder, { withFileTypes: true });
    const listed = entries
      .filter((entry) => (entry.isFile() || entry.isDirectory()) && !entry.name.endsWith('.part'))
      .map(async (entry): Promise<VolumeEntry> => {
        const kind = entry.isDirectory() ? 'directory' : 'file';
        const size = kind === 'file' ? (await stat(join(folder, entry.name))).size : 0;
        return { path: posix.join(posix.normalize(path || '.'), entry.name).replace(/^\//, ''), kind, size };
      });
    return (await Promise.all(listed)).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  async remove(path: string): Promise<void> {
    await rm(this.#at(path), { recursive: true });
  }

  /** Nothing to do: containers write to this very folder. */
  async commit(): Promise<void> {
    this.#at('');
  }

  /** Nothing to do: containers write to this very folder. */
  async reload(): Promise<void> {
    this.#at('');
  }

  #at(path: string): string {
    return join(volumeFolder(this.#volumes, this.#spec), volumePath(this.#spec.name, path));
  }
}
