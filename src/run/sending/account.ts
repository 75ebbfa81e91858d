import type { RootRun } from '../scope.ts';
import type { JobAccount } from './messages.ts';
import { raised } from './response.ts';

/** Adds what a job did to the account of the run at home. */
export function takeAccount(
  task: { executed: number; cached: number },
  root: RootRun,
  { executed, cached, collected }: JobAccount,
): void {
  task.executed += executed;
  task.cached += cached;
  for (const failure of collected) root.collected.push({ path: failure.path, error: raised(failure) });
}

/** The account of a job, where it was done. */
export const accountOf = (task: { executed: number; cached: number }, root: RootRun): JobAccount => ({
  executed: task.executed,
  cached: task.cached,
  collected: root.collected,
});
