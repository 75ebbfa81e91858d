import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A volume: what has been committed to it. */
export interface FakeVolume {
  readonly id: string;
  readonly name: string;
  /** Folder on this machine that holds the committed files. */
  readonly directory: string;
}

/** A volume as one container sees it: a copy of the files as they were committed when it was mounted or last reloaded. */
export class Mount {
  readonly volume: FakeVolume;
  readonly path: string;
  readonly readOnly: boolean;
  /** Folder on this machine that holds the container's view. */
  readonly directory: string;

  constructor(volume: FakeVolume, path: string, readOnly: boolean, directory: string) {
    this.volume = volume;
    this.path = path;
    this.readOnly = readOnly;
    this.directory = directory;
  }

  async attach(): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await copyNewer(this.volume.directory, this.directory);
  }

  /** Publishes what the container wrote; the last writer of a file wins. */
  async commit(): Promise<void> {
    if (!this.readOnly) await copyNewer(this.directory, this.volume.directory);
  }

  /** Publishes, then takes over what others published. */
  async reload(): Promise<void> {
    await this.commit();
    await copyNewer(this.volume.directory, this.directory);
  }
}

/** Copies files that are missing in `target` or are older there; each appears at once. */
async function copyNewer(source: string, target: string): Promise<void> {
  // The container may remove a folder while it is being copied.
  const entries = await readdir(source, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const from = join(source, entry.name);
    const to = join(target, entry.name);
    if (entry.isDirectory()) {
      await mkdir(to, { recursive: true });
      await copyNewer(from, to);
    } else {
      await copyFileIfNewer(from, to);
    }
  }
}

async function copyFileIfNewer(from: string, to: string): Promise<void> {
  const [ours, theirs] = await Promise.all([stat(from).catch(() => undefined), stat(to).catch(() => undefined)]);
  // Times are coarse: a file that was copied while it was being written may seem to be as new as the whole one.
  if (
    !ours ||
    (theirs && (theirs.mtimeMs > ours.mtimeMs || (theirs.mtimeMs === ours.mtimeMs && theirs.size === ours.size)))
  )
    return;
  const temporary = `${to}.copy-${process.pid}-${copies++}`;
  try {
    await cp(from, temporary, { preserveTimestamps: true });
    await rename(temporary, to);
  } catch (error) {
    // The container may remove a temporary file of its own while it is being copied.
    await rm(temporary, { force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

let copies = 0;
