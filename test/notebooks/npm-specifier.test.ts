import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { emptyNotebookFolder, hasJupyter, record } from './jupyter.ts';
import { openRegistry } from './package-registry.ts';

const isInstalled = hasJupyter("imports of the published package by 'npm:'");
// The kernel takes seconds to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });
const folder = isInstalled ? emptyNotebookFolder() : '';
afterAll(() => {
  vi.unstubAllEnvs();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

it.runIf(isInstalled)(
  "a notebook of Deno's imports the package by 'npm:', with nothing installed: nodes, cache, pictures, packing",
  async () => {
    const tarballs = join(folder, 'tarballs');
    mkdirSync(tarballs);
    await using registry = await openRegistry(tarballs, ['elkjs']);
    vi.stubEnv('NPM_CONFIG_REGISTRY', registry.url);
    const pause = 'await new Promise((resolve) => setTimeout(resolve, 100));';
    const messages = await record(folder, 'deno', [
      `import { node, Pipeline } from 'npm:hypernodes'; import { MemoryCache } from 'npm:hypernodes/cache'; import 'npm:elkjs'; ${pause}`,
      `const double = node('doubled', ({ x }: { x: number }) => x * 2);
       const p = new Pipeline({ name: 'p', nodes: [double], cache: new MemoryCache() });
       for (const _ of [1, 2]) console.log((await p.map({ x: [1, 2] }, { over: 'x' })).stats.cached); ${pause}`,
      `p`,
      `import { packAsync, unpack } from 'npm:hypernodes/pack'; const three = 3;
       console.log((unpack(await packAsync((x: number) => x * three)) as (x: number) => number)(14)); ${pause}`,
    ]);
    const texts = (kind: string): string[] => messages.filter(({ type }) => type === kind).map(({ text }) => text);
    expect(texts('error')).toEqual([]);
    expect(texts('stream').join('')).toBe('0\n2\n42\n');
    expect(texts('execute_result')).toEqual([expect.stringMatching(/^<svg[\s\S]*>doubled<\/text>/)]);
  },
);
