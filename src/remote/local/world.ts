import { copyFile, cp, lstat, mkdir, readdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LocalImage } from './image-store.ts';

/** The folder that a container sees as the root of its world. */
export interface World {
  readonly folder: string;
  /** Where its program starts. */
  readonly workdir: string;
  /** Places in this folder by the absolute path at which the container sees them. */
  readonly paths: Readonly<Record<string, string>>;
}

/**
 * Makes the world of one container: a copy of the image's files, its packages, and its volumes.
 *
 * @param ownFolder Folder of this library, which containers import, too.
 * @param volumes Folders by the absolute path at which the container sees them.
 */
export async function makeWorld(
  folder: string,
  ownFolder: string,
  image: LocalImage,
  volumes: Readonly<Record<string, string>>,
): Promise<World> {
  await mkdir(join(folder, 'tmp'), { recursive: true });
  if (image.root === undefined) await mkdir(join(folder, 'node_modules'));
  else await copyImage(image.root, folder);
  await linkOwnPackage(ownFolder, folder);
  const paths: Record<string, string> = {};
  for (const path of image.added) paths[path] = join(folder, path);
  if (image.workdir !== '/') paths[image.workdir] = join(folder, image.workdir);
  for (const [path, target] of Object.entries(volumes)) {
    const place = join(folder, path);
    await mkdir(dirname(place), { recursive: true });
    await symlink(target, place, 'junction');
    paths[path] = place;
  }
  return { folder, workdir: join(folder, image.workdir), paths };
}

async function copyImage(root: string, folder: string): Promise<void> {
  for (const name of await readdir(root)) {
    const [from, to] = [join(root, name), join(folder, name)];
    // Packages are many files and read only; of all others a container may do with its copy what it wants.
    if (name === 'node_modules') await linkEach(from, to);
    else if ((await lstat(from)).isFile()) await copyFile(from, to);
    else await cp(from, to, { recursive: true, verbatimSymlinks: true });
  }
  await mkdir(join(folder, 'node_modules'), { recursive: true });
}

async function linkEach(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) await symlink(join(from, name), join(to, name), 'junction');
}

async function linkOwnPackage(ownFolder: string, folder: string): Promise<void> {
  const place = join(folder, 'node_modules', 'hypernodes');
  await symlink(ownFolder, place, 'junction').catch((error: unknown) => {
    // The image brought one.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}
