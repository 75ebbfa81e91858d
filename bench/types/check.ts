import { spawnSync } from 'node:child_process';

/** What one type check took, in milliseconds. */
export interface CheckTime {
  readonly wallMs: number;
  /** User + system, all threads. */
  readonly cpuMs: number;
}

/**
 * Type-checks a project in a process of its own.
 *
 * Needs `bash`: Node does not tell how much time its child processes used.
 *
 * @throws Error with what the compiler said, when the project has a type error.
 */
export function check(compiler: string, project: string): CheckTime {
  const command = ['-c', `TIMEFORMAT='%R %U %S'; time "$@"`, 'bash', process.execPath, compiler, '-p', project];
  const { status, stdout, stderr } = spawnSync('bash', command, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${compiler} refuses ${project}:\n${stdout.slice(0, 2000)}`);
  const [wall, user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number) as [number, number, number];
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}
