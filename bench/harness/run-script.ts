import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a file of `fixtures/` in a process of its own, so that what measures afterwards has not run its code yet. */
export function runScript(name: string, ...args: readonly string[]): void {
  const folder = new URL('../', import.meta.url);
  const file = fileURLToPath(new URL(`fixtures/${name}.ts`, folder));
  execFileSync(process.execPath, ['--import', 'tsx', file, ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}
