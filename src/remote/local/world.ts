import { copyFile, cp, lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises';
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
  else await copyImage({ ...image, root: image.root }, folder);
  await linkOwnPackage(ownFolder, folder);
  const paths: Record<string, string> = {};
  for (const path of image.added) paths[path] = join(folder, path);
  if (image.workdir !== '/') paths[image.workdir] = join(folder, image.workdir);
  for (const [path, target] of Object.entries(volumes)) {
    // In another volume there is no place for it.
    const isNested = Object.keys(volumes).some((other) => path.startsWith(`${other}/`));
    paths[path] = isNested ? target : await mountAt(join(folder, path), target);
  }
  return { folder, workdir: join(folder, image.workdir), paths };
}

/** Puts a link there, instead of what the image has at this place. */
async function mountAt(place: string, target: string): Promise<string> {
  await mkdir(dirname(place), { recursive: true });
  await rm(place, { recursive: true, force: true });
  await symlink(target, place, 'junction');
  return place;
}

async function copyImage(
  { root, added, users }: LocalImage & { readonly root: string },
  folder: string,
): Promise<void> {
  const copied = new Set([
    ...added.map((path) => join(root, path)),
    ...users.map((name) => join(root, 'node_modules', name)),
  ]);
  for (const name of await readdir(root)) {
    const [from, to] = [join(root, name), join(folder, name)];
    // Packages are many files and read only; of all others a container may do with its copy what it wants.
    if (name === 'node_modules') await linkEach(from, to, copied);
    else await copy(from, to);
  }
  await mkdir(join(folder, 'node_modules'), { recursive: true });
}

/** @param copied Packages that are copied: what they import is looked up where they lie, and only there is hypernodes. */
async function linkEach(from: string, to: string, copied: ReadonlySet<string>): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    const [source, target] = [join(from, name), join(to, name)];
    if (copied.has(source)) await copy(source, target);
    else if (name.startsWith('@')) await linkEach(source, target, copied);
    else await symlink(source, target, 'junction');
  }
}

async function copy(from: string, to: string): Promise<void> {
  if ((await lstat(from)).isFile()) await copyFile(from, to);
  else await cp(from, to, { recursive: true, verbatimSymlinks: true });
}

/** There is one hypernodes, the one that runs here: one that the image brought gives way. */
async function linkOwnPackage(ownFolder: string, folder: string): Promise<void> {
  const place = join(folder, 'node_modules', 'hypernodes');
  await rm(place, { recursive: true, force: true });
  await symlink(ownFolder, place, 'junction');
}
