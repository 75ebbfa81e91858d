import { spawn } from 'node:child_process';
import { cp, mkdir, stat, writeFile } from 'node:fs/promises';
import { basename, join, posix } from 'node:path';
import { LineSplitter } from '../containers/index.ts';
import { isAdded } from '../digest-of-files.ts';
import type { ImageStep } from '../image-spec.ts';
import { buildEnvironment } from './environment.ts';
import { killGroup } from './kill-group.ts';
import type { Reaper } from './reaper.ts';

/** What an image is, besides its files. */
export interface ImageState {
  readonly env: Readonly<Record<string, string>>;
  /** Absolute, as containers see it. */
  readonly workdir: string;
  /** Absolute paths of what was added from this machine, as containers see them. */
  readonly added: readonly string[];
}

/** What may end the commands of a build. */
export interface BuildGuard {
  readonly signal: AbortSignal;
  /** Ends them when this process is gone. */
  readonly reaper: Pick<Reaper, 'add' | 'remove'>;
}

/** A command of an image's making that failed. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/**
 * Does one step in the folder that becomes the root of containers.
 *
 * @param onLine Takes the lines that its commands print.
 * @throws CommandFailure and errors of the file system.
 */
export async function buildStep(
  step: ImageStep,
  root: string,
  state: ImageState,
  { onLine, guard }: { readonly onLine: (line: string) => void; readonly guard: BuildGuard },
): Promise<ImageState> {
  const workdir = join(root, state.workdir);
  const run = (command: string, args: readonly string[], cwd = workdir): Promise<void> =>
    runCommand(command, args, { cwd, env: { ...buildEnvironment(), ...state.env }, onLine, guard });
  await mkdir(workdir, { recursive: true });
  switch (step.kind) {
    case 'npm-install':
      await needManifest(root);
      await run('npm', ['install', '--no-audit', '--no-fund', '--no-progress', ...step.packages], root);
      return state;
    case 'npm-lock':
      await writeFile(join(root, 'package.json'), step.manifest);
      await writeFile(join(root, 'package-lock.json'), step.lock);
      await run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund', '--no-progress'], root);
      return state;
    case 'run':
      for (const command of step.commands) {
        onLine(`$ ${command}`);
        await run(process.platform === 'win32' ? 'cmd' : '/bin/sh', [
          process.platform === 'win32' ? '/c' : '-c',
          command,
        ]);
      }
      return state;
    case 'env':
      return { ...state, env: { ...state.env, ...step.variables } };
    case 'workdir':
      await mkdir(join(root, posix.resolve(state.workdir, step.path)), { recursive: true });
      return { ...state, workdir: posix.resolve(state.workdir, step.path) };
    case 'add': {
      const target = await addedPath(step, state.workdir);
      await mkdir(join(root, posix.dirname(target)), { recursive: true });
      await cp(step.source, join(root, target), {
        recursive: true,
        dereference: true,
        filter: (path) => isAdded(step.source, path),
      });
      return { ...state, added: [...state.added, target] };
    }
    default:
      return state;
  }
}

/** A file that is added to a folder, written with `/` at its end, keeps its name. */
async function addedPath({ source, target }: Extract<ImageStep, { kind: 'add' }>, workdir: string): Promise<string> {
  const path = posix.resolve(workdir, target);
  return target.endsWith('/') && (await stat(source)).isFile() ? posix.join(path, basename(source)) : path;
}

/** Without a manifest of its own, npm would look for one in the folders above. */
async function needManifest(root: string): Promise<void> {
  await writeFile(join(root, 'package.json'), '{"private":true}\n', { flag: 'wx' }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
}

function runCommand(
  command: string,
  args: readonly string[],
  {
    cwd,
    env,
    onLine,
    guard: { signal, reaper },
  }: {
    readonly cwd: string;
    readonly env: Record<string, string>;
    readonly onLine: (line: string) => void;
    readonly guard: BuildGuard;
  },
): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    // In a group of its own, with all that it starts.
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const { pid } = child;
    const stop = (): void => void (pid !== undefined && killGroup(pid));
    signal.addEventListener('abort', stop, { once: true });
    if (pid !== undefined) reaper.add(pid);
    for (const stream of [child.stdout, child.stderr]) {
      const splitter = new LineSplitter(onLine);
      stream.on('data', (chunk: Uint8Array) => splitter.push(chunk));
      stream.on('end', () => splitter.end());
    }
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      if (pid !== undefined) reaper.remove(pid);
      if (code === 0) resolve();
      else
        reject(
          new CommandFailure(
            `${command} ${args.join(' ')} ${code === null ? `was killed by ${killedBy}` : `ended with exit code ${code}`}`,
          ),
        );
    });
  });
}
