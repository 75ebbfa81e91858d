import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, Outcome } from './contestant-process.ts';

const program = fileURLToPath(new URL('contestant-process.ts', import.meta.url));
/** Where the processes start: in the root, `hypernodes` would be the sources instead of the package. */
const folder = fileURLToPath(new URL('..', import.meta.url));
const LIMIT_MS = 180_000;

/** Measures one contestant in a fresh process; a crash or a time-out is an outcome too. */
export function runContestant(job: Job): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = fork(program, {
      cwd: folder,
      execArgv: ['--expose-gc', '--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let complaint = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    let limitReached = false;
    const timer = setTimeout(() => {
      limitReached = true;
      child.kill('SIGKILL');
    }, LIMIT_MS);
    child.once('message', (outcome: Outcome) => resolve(outcome));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const reason = limitReached
        ? `took over ${LIMIT_MS / 1000} s`
        : `ended with ${signal ?? code}: ${lastLine(complaint)}`;
      resolve({ notRun: reason });
    });
    child.send(job);
  });
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
