import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Reads process groups, one a line, `+` to add and `-` to remove one; at the end of its input it kills those that are
 * left, and what left its group but has its home in the folder of their worlds, and removes that.
 */
const SCRIPT = `
groups=" "
while read -r line; do
  group="\${line#?}"
  case "$line" in
    +*) groups="$groups$group " ;;
    -*) rest=" "; for one in $groups; do [ "$one" = "$group" ] || rest="$rest$one "; done; groups="$rest" ;;
  esac
done
for one in $groups; do kill -9 "-$one"; done
for file in $(grep -lsF "HOME=$0/" /proc/[0-9]*/environ); do
  process="\${file%/environ}"
  kill -9 "\${process#/proc/}"
done
sleep 0.2
rm -rf -- "$0"
`;

/**
 * Ends containers when this process is gone, however it went: a container that is busy doesn't notice that by itself.
 *
 * A tiny shell program that reads from a pipe, of which the system closes the other end.
 */
export class Reaper {
  readonly #folder: string;
  #process: ChildProcess | undefined;

  /** @param folder Removed when this process is gone. */
  constructor(folder: string) {
    this.#folder = folder;
    // Without a POSIX shell containers still end when their channel does.
    if (process.platform !== 'win32') this.#process = this.#start();
  }

  add(pid: number): void {
    this.#tell(`+${pid}\n`);
  }

  remove(pid: number): void {
    this.#tell(`-${pid}\n`);
  }

  /** Lets it do its work and go. */
  close(): void {
    this.#process?.stdin?.end();
    this.#process = undefined;
  }

  #tell(line: string): void {
    this.#process?.stdin?.write(line);
  }

  #start(): ChildProcess {
    const child = spawn('/bin/sh', ['-c', SCRIPT, this.#folder], {
      // In a group of its own: what ends this process, such as Ctrl-C, must not end it first.
      detached: true,
      cwd: '/',
      env: { PATH: process.env.PATH },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.on('error', () => undefined);
    child.stdin?.on('error', () => undefined);
    child.unref();
    (child.stdin as { unref?(): void } | null)?.unref?.();
    return child;
  }
}
