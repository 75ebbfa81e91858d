import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Parts of this machine that a container sees as they are. */
const hostParts = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/usr', '/etc', '/proc', '/dev', '/sys'];
/** Those that a container may write to, because it sees nothing else in them than any process does. */
const live = new Set(['/proc', '/dev', '/sys']);

/** Binds folders (mode, source, target) up to `--`, then runs a command with another root folder. */
const enter = `
root=$1; workdir=$2; shift 2
while [ "$1" != -- ]; do
  mount --rbind "$2" "$root$3"
  if [ "$1" = ro ]; then mount -o remount,bind,ro "$root$3"; fi
  shift 3
done
shift
exec chroot "$root" /bin/sh -c 'cd "$0" && exec "$@"' "$workdir" "$@"`;

/** Whether this machine can give processes a root folder of their own without further rights. */
export function worldsAreSupported(): boolean {
  return spawnSync('unshare', ['-r', '-m', 'true'], { stdio: 'ignore' }).status === 0;
}

/** The file system of a container: a folder that its processes see as root, over the programs of this machine. */
export class World {
  readonly root: string;
  #binds: (readonly [mode: 'ro' | 'rw', source: string, target: string])[] = [];

  constructor(root: string) {
    this.root = root;
    mkdirSync(join(root, 'tmp'), { recursive: true });
    mkdirSync(join(root, 'root'), { recursive: true });
    for (const part of hostParts) this.#adopt(part);
    const runtime = dirname(dirname(process.execPath));
    if (!runtime.startsWith('/usr')) this.bind(runtime, runtime, 'ro');
  }

  /** Shows a folder of this machine at a path of the container. */
  bind(source: string, target: string, mode: 'ro' | 'rw' = 'rw'): void {
    mkdirSync(join(this.root, target), { recursive: true });
    this.#binds.push([mode, source, target]);
  }

  /** Where on this machine a path of the container lies; paths under a bound folder lie in its source. */
  path(inside: string): string {
    const bound = this.#binds.findLast(([, , target]) => inside === target || inside.startsWith(`${target}/`));
    return bound ? join(bound[1], inside.slice(bound[2].length)) : join(this.root, inside);
  }

  spawn(command: readonly string[], options: { env: Record<string, string>; workdir: string }): ChildProcess {
    const binds = this.#binds.flat();
    const args = ['-r', '-m', 'sh', '-ec', enter, 'sh', this.root, options.workdir, ...binds, '--', ...command];
    const path = `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;
    // A group of its own: what the command starts ends with it.
    return spawn('unshare', args, {
      env: { PATH: path, HOME: '/root', ...options.env },
      stdio: 'pipe',
      detached: true,
    });
  }

  /** Keeps the files that belong to the container itself. */
  async save(directory: string): Promise<void> {
    const bound = new Set(this.#binds.map(([, , target]) => join(this.root, target)));
    await cp(this.root, directory, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !bound.has(source) && source !== join(this.root, 'tmp'),
    });
  }

  #adopt(part: string): void {
    const kind = lstatSync(part, { throwIfNoEntry: false });
    if (kind?.isSymbolicLink() && !lstatSync(join(this.root, part), { throwIfNoEntry: false })) {
      symlinkSync(readlinkSync(part), join(this.root, part));
    } else if (kind?.isDirectory()) {
      this.bind(part, part, live.has(part) ? 'rw' : 'ro');
    }
  }
}
