import { readdir, readFile } from 'node:fs/promises';

let homes: string[] = [];
let sweeping: Promise<void> | undefined;

/**
 * Ends programs that user code started in groups of their own: they are known by the home that they inherited, the
 * container's folder. Where the system shows no environments they stay.
 *
 * For all containers that end in this tick at once.
 */
export function killStrays(home: string): Promise<void> {
  homes.push(home);
  sweeping ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
    const ended = homes;
    homes = [];
    sweeping = undefined;
    return sweep(ended.map((each) => `HOME=${each}\0`));
  });
  return sweeping;
}

async function sweep(marks: readonly string[]): Promise<void> {
  const names = await readdir('/proc').catch(() => []);
  await Promise.all(
    names.map(async (name) => {
      const pid = Number(name);
      if (!Number.isInteger(pid) || pid === process.pid) return;
      const environment = await readFile(`/proc/${name}/environ`).catch(() => undefined);
      if (environment === undefined || !marks.some((mark) => environment.includes(mark))) return;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }),
  );
}
