import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../fixtures/remote/parent.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hypernodes-parent-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Resolves with what is left of the processes after at most so long. */
async function leftAfter(pids: readonly number[], milliseconds: number): Promise<readonly number[]> {
  for (const start = Date.now(); Date.now() - start < milliseconds; ) {
    if (!pids.some(isAlive)) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return pids.filter(isAlive);
}

/** A parent with busy containers: the processes of which there must be none left after it. */
async function startParent(): Promise<{
  parent: ReturnType<typeof spawn>;
  pids: readonly number[];
  temporary: string;
}> {
  const temporary = mkdtempSync(join(folder, 'tmp-'));
  const parent = spawn(process.execPath, [program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: temporary },
  });
  const pids: number[] = [];
  for await (const chunk of parent.stdout!.setEncoding('utf8')) {
    for (const [, pid] of (chunk as string).matchAll(/^pid (\d+)$/gm)) pids.push(Number(pid));
    if (pids.length === 5) break;
  }
  return { parent, pids, temporary };
}

it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  'leaves no process and no file behind a parent ended by %s',
  async (signal) => {
    const { parent, pids, temporary } = await startParent();
    expect(pids.every(isAlive)).toBe(true);
    parent.kill(signal);
    expect(await leftAfter([...pids, parent.pid!], 5000)).toEqual([]);
    for (const start = Date.now(); readdirSync(temporary).length > 0 && Date.now() - start < 5000; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(readdirSync(temporary)).toEqual([]);
  },
);
