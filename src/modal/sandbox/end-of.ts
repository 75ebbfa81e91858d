import { setTimeout as sleep } from 'node:timers/promises';
import { stateFolder } from '../inside/places.ts';
import type { Sdk } from '../modal.ts';

/** Milliseconds for which a container may be ending before Modal tells of its end: it publishes volumes first. */
const endingMs = 60_000;
/** Milliseconds between two looks: at first, and at most. */
const looks = { first: 50, most: 1000 };
/** Milliseconds after which no answer is one. */
const answerMs = 5000;

/**
 * How a container ended that gave no answer: its exit code, once Modal tells of it; `undefined` when it does not end,
 * because it answers after all, or cannot be reached.
 *
 * One that is ending does nothing any more, but Modal tells of its end only when it has published what it wrote. Whoever
 * takes its place must see that.
 */
export async function endOf(sandbox: Sdk.Sandbox): Promise<number | undefined> {
  const begin = performance.now();
  for (let delay = looks.first; ; delay = Math.min(delay * 2, looks.most)) {
    const code = await sandbox.poll().catch(() => null);
    if (code !== null) return code;
    if ((await answers(sandbox)) || performance.now() - begin > endingMs) return undefined;
    await sleep(delay);
  }
}

/** Whether an operation failed because there may be nobody who could do it, rather than for what it asked. */
export function isUnanswered(failure: unknown): boolean {
  const { name } = failure as Error;
  // Of this name are failures of which the tool for files says no more, also when it was killed.
  return name === 'SandboxFilesystemError' || !name.startsWith('SandboxFilesystem');
}

/** Whether an operation failed because there is no such container any more; of commands and files that is said in different ways. */
export function isGone(failure: unknown): boolean {
  const { name, message } = failure as Error;
  return name === 'NotFoundError' || /NOT_FOUND/.test(message);
}

/** The SDK may wait without end for a command whose machine is gone. */
function answers(sandbox: Sdk.Sandbox): Promise<boolean> {
  return Promise.race([ask(sandbox), sleep(answerMs, false, { ref: false })]);
}

async function ask(sandbox: Sdk.Sandbox): Promise<boolean> {
  try {
    await sandbox.filesystem.stat(stateFolder);
    return true;
  } catch (failure) {
    return !isGone(failure);
  }
}
