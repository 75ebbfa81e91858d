import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type AppOptions, LocalProvider, type LogLine } from 'hypernodes/remote';
import { afterAll } from 'vitest';

/** An app of its own, with a provider of its own, which leaves nothing behind. */
export function localApp(
  name: string,
  options: AppOptions = {},
): { app: App; provider: LocalProvider; lines: LogLine[]; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'hypernodes-app-'));
  const provider = new LocalProvider({ cacheFolder: join(folder, 'cache'), dataFolder: join(folder, 'data') });
  const lines: LogLine[] = [];
  afterAll(async () => {
    await provider.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    app: new App(name, { provider, observer: { onLog: (line) => lines.push(line) }, ...options }),
    provider,
    lines,
    folder,
  };
}
