import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RemoteError } from '../../errors.ts';
import type { ImageSpec } from '../image-spec.ts';
import type { DeploymentObserver } from '../provider.ts';
import { type BuildGuard, buildStep, type ImageState } from './build-step.ts';
import { type ImageLayer, imageLayers } from './image-layers.ts';
import { isAlive } from './is-alive.ts';
import { usersOfOwnPackage } from './own-users.ts';

/** An image on this disk. */
export interface LocalImage extends ImageState {
  /** Folder with its files; `undefined` when there are none. */
  readonly root: string | undefined;
  /** Installed packages that use hypernodes, as they are called. */
  readonly users: readonly string[];
}

/** What is kept of an image beside its files. */
type StoredImage = Omit<LocalImage, 'root'>;

const EMPTY: LocalImage = { root: undefined, env: {}, workdir: '/', added: [], users: [] };
/** Lines of a build that its error shows. */
const SHOWN_LINES = 60;

/**
 * Images by what is in them.
 *
 * A layer is made in a folder beside its place and then renamed, so that it is there as a whole or not at all; of two
 * that make the same one, the second finds it made.
 */
export class ImageStore {
  readonly #folder: string;
  readonly #reaper: () => BuildGuard['reaper'];
  readonly #building = new Map<string, Promise<LocalImage>>();
  #closing = new AbortController();

  /** @param reaper Who ends the commands of builds when this process is gone. */
  constructor(cacheFolder: string, reaper: () => BuildGuard['reaper']) {
    this.#folder = join(cacheFolder, 'images');
    this.#reaper = reaper;
  }

  /** The image, made if it isn't there. @throws RemoteError `REMOTE_BUILD` with the log. */
  async get(spec: ImageSpec, observer: DeploymentObserver): Promise<LocalImage> {
    let image = EMPTY;
    for (const layer of imageLayers(spec)) image = await this.#layer(layer, image, observer);
    return image;
  }

  /** Ends the builds that are under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#building.values());
    this.#closing = new AbortController();
  }

  async #layer(layer: ImageLayer, base: LocalImage, observer: DeploymentObserver): Promise<LocalImage> {
    const known = await this.#read(layer.key);
    if (known) return known;
    let building = this.#building.get(layer.key);
    if (!building) {
      building = this.#build(layer, base, observer).finally(() => this.#building.delete(layer.key));
      this.#building.set(layer.key, building);
    }
    return building;
  }

  async #read(key: string): Promise<LocalImage | undefined> {
    try {
      const state = JSON.parse(await readFile(join(this.#folder, key, 'image.json'), 'utf8')) as StoredImage;
      return { ...state, users: state.users ?? [], root: join(this.#folder, key, 'root') };
    } catch {
      return undefined;
    }
  }

  async #build({ key, steps }: ImageLayer, base: LocalImage, observer: DeploymentObserver): Promise<LocalImage> {
    const log: string[] = [];
    const onLine = (line: string): void => {
      log.push(line);
      observer.onPhase?.({ phase: 'building', detail: line });
    };
    observer.onPhase?.({ phase: 'building' });
    const part = join(this.#folder, `.part-${process.pid}-${randomBytes(6).toString('hex')}`);
    const root = join(part, 'root');
    try {
      await mkdir(root, { recursive: true });
      await this.#sweep();
      if (base.root !== undefined) await cp(base.root, root, { recursive: true, verbatimSymlinks: true });
      const guard = { signal: this.#closing.signal, reaper: this.#reaper() };
      let { env, workdir, added }: ImageState = base;
      for (const step of steps)
        ({ env, workdir, added } = await buildStep(step, root, { env, workdir, added }, { onLine, guard }));
      const stored: StoredImage = { env, workdir, added, users: await usersOfOwnPackage(join(root, 'node_modules')) };
      await writeFile(join(part, 'image.json'), JSON.stringify(stored));
      await this.#publish(part, key);
      return { ...stored, root: join(this.#folder, key, 'root') };
    } catch (error) {
      throw buildError(error as Error, log, this.#folder);
    } finally {
      await rm(part, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    }
  }

  async #publish(part: string, key: string): Promise<void> {
    const place = join(this.#folder, key);
    try {
      await rename(part, place);
    } catch (error) {
      // Somebody else was quicker, and made the same.
      if (!existsSync(join(place, 'image.json'))) throw error;
    }
  }

  /** Removes what builds left that were killed. */
  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const pid = /^\.part-(\d+)-/.exec(name)?.[1];
      if (pid === undefined || isAlive(Number(pid))) continue;
      await rm(join(this.#folder, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
    }
  }
}

function buildError(error: Error, log: readonly string[], folder: string): RemoteError {
  const { code } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || log.some((line) => /ENOSPC|no space left/i.test(line));
  const shown = log.slice(-SHOWN_LINES).map((line) => `  ${line}\n`);
  const printed = shown.length > 0 ? ` Its log${log.length > SHOWN_LINES ? ' ends' : ''}:\n${shown.join('')}` : '';
  return new RemoteError(
    'REMOTE_BUILD',
    isFull
      ? `The image could not be built: there is no space left in ${folder}.${printed}`
      : `The image could not be built: ${error.message}.${printed}`,
    { cause: error, hint: isFull ? 'Free space, or give LocalProvider another cacheFolder.' : undefined },
  );
}
