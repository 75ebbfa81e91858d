import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type Cell, cellsOf, execute, hasJupyter, type Kernel, notebookFolder, record } from './jupyter.ts';

const isInstalled = hasJupyter('notebooks');
// Kernels take seconds to start on a busy machine.
vi.setConfig({ testTimeout: 120_000 });
const folder = isInstalled ? notebookFolder() : '';
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** tslab has TypeScript 5.0, which cannot work out the wiring. */
const withoutWiringTypes = (cell: string): string =>
  cell.replace(
    /, Pipeline \} from 'hypernodes';([\s\S]*)/,
    ", Pipeline as Typed } from 'hypernodes';$1\nconst Pipeline: any = Typed;",
  );

/** Deno says that a cell is done before it has sent what the cell printed last; without a front end nobody listens then. */
const withPause = (cell: string): string => `${cell}\nawait new Promise((resolve) => setTimeout(resolve, 100));`;
const cellsFor = (kernel: Kernel, cells: readonly string[]): readonly string[] =>
  cells.map(kernel === 'tslab' ? withoutWiringTypes : withPause);
const runInDeno = (cells: readonly string[]): Promise<Cell[]> => execute(folder, 'deno', cells.map(withPause));
const notebook = (name: string, kernel: Kernel): Promise<Cell[]> =>
  execute(folder, kernel, cellsFor(kernel, cellsOf(name)));
const printed = (cells: readonly Cell[]): string[] =>
  cells.flatMap(({ printed }) => printed.split('\n')).filter((line) => line !== '');
const shown = (cells: readonly Cell[]): string[] => cells.flatMap(({ shown }) => shown);
const failed = (cells: readonly Cell[]): string[] => cells.map(({ failed }) => failed).filter((text) => text !== '');

describe.runIf(isInstalled).each(['deno', 'tslab'] as const)('in a notebook with %s', (kernel) => {
  it('01-first-pipeline: runs, and shows graphs, values, reports and errors', async () => {
    const cells = await notebook('01-first-pipeline', kernel);
    expect(failed(cells)).toEqual([]);
    expect(printed(cells)).toEqual([
      expect.stringMatching(/^\{ cleaned: .hello world., wordCount: 2 \}$/),
      'total 6',
      'per_line[1] > value',
    ]);
    const [perDoc, all, report, table] = shown(cells);
    expect(perDoc).toMatch(/^<svg[\s\S]*>cleaned<\/text>[\s\S]*>wordCount<\/text>/);
    expect(all).toMatch(/^<svg[\s\S]*>× text<\/text>/);
    expect(report).toMatch(/total: 6[\s\S]*7 executed/);
    expect(table).toMatch(
      /<table[\s\S]*3 items: 5 executed, 0 from the cache, 1 failed[\s\S]*<code>per_line\[1\] &gt; value<\/code>/,
    );
  });

  it('02-map-and-cache: runs only what is new, and its progress ends complete', async () => {
    const cells = await notebook('02-map-and-cache', kernel);
    expect(failed(cells)).toEqual([]);
    expect(printed(cells)).toEqual([
      'executed 400 cached 0',
      'executed 0 cached 400',
      'executed 200 cached 200',
      'done 10000',
    ]);
    const displays = shown(cells);
    expect(displays).toHaveLength(3);
    expect(displays[0]).toContain('400 executed, 0 from cache');
    // Twenty thousand events, one display, and its last state.
    expect(displays[2]).toContain('20,000 executed, 0 from cache');
  });

  it('gets pictures ready between cells, before the first is asked for', async () => {
    // Only Deno shows pictures of what no cell hands to `display`.
    const imported = kernel === 'deno' ? 'hypernodes' : 'hypernodes/viz';
    const cells = await execute(
      folder,
      kernel,
      cellsFor(kernel, [
        `import * as imported from '${imported}'; import { createRequire } from 'node:module'; console.log(typeof imported);`,
        `const isReady = () => Object.keys(createRequire(process.cwd() + '/').cache).some((path) => path.includes('elkjs'));
         for (let round = 0; round < 600 && !isReady(); round++) await new Promise((resolve) => setTimeout(resolve, 100));
         console.log('ready', isReady());`,
      ]),
    );
    expect(failed(cells)).toEqual([]);
    expect(printed(cells)).toEqual(['object', 'ready true']);
  });

  it('shows 10,000 events of progress as a few updates of one display, the last of them complete', async () => {
    const work = (pause: string): string => `
      for (let done = 1; done <= 10_000; done++) {
        progress(done, 10_000);
        if (done % 20 === 0) ${pause};
      }
      return n;`;
    const parameters = '{ n }: { n: number }, { progress }: { progress(done: number, total?: number): void }';
    const messages = await record(
      folder,
      kernel,
      cellsFor(kernel, [
        `import { node, Pipeline } from 'hypernodes'; import { ProgressCallback } from 'hypernodes/callbacks';`,
        `const waits = node('waits', async (${parameters}) => {${work('await new Promise((resolve) => setTimeout(resolve, 1))')}});
         const blocks = node('blocks', (${parameters}) => {${work('for (const end = performance.now() + 1; performance.now() < end; ) {}')}});`,
        `const first = new Pipeline({ name: 'first', nodes: [waits], callbacks: [new ProgressCallback()] });
         const second = new Pipeline({ name: 'second', nodes: [blocks], callbacks: [new ProgressCallback()] });`,
        `console.log('before'); const start = performance.now(); await first.run({ n: 1 }); console.log('ms', performance.now() - start);`,
        `const again = performance.now(); await second.run({ n: 1 }); console.log('ms', performance.now() - again);`,
      ]),
    );
    for (const [cell, name] of [
      [3, 'waits'],
      [4, 'blocks'],
    ] as const) {
      const own = messages.filter((message) => message.cell === cell);
      const printed = own.filter(({ type }) => type === 'stream').map(({ text }) => text);
      const ms = Number(/ms ([\d.]+)/.exec(printed.join(''))![1]);
      const displays = own.filter(({ type }) => type.endsWith('display_data'));
      expect(displays.filter(({ type }) => type === 'display_data')).toHaveLength(1);
      expect(displays.length).toBeGreaterThan(1);
      // At most ten in a second, and the last one.
      expect(displays.length).toBeLessThanOrEqual(ms / 99 + 2);
      expect(displays.at(-1)!.text).toContain(`</span> ${name}`);
      expect(displays.at(-1)!.text).toMatch(/1 executed, 0 from cache/);
      expect(displays.at(-1)!.text).not.toContain('●');
      if (cell === 3) expect(printed.join('')).toMatch(/^before\n/);
    }
  });
});

describe.runIf(isInstalled)('03-send-to-the-cloud', () => {
  it('sends functions and pipelines of cells to Node, from Deno', async () => {
    const cells = await notebook('03-send-to-the-cloud', 'deno');
    expect(failed(cells)).toEqual([]);
    expect(printed(cells)).toEqual(['value 42 on Node true', '3 6 9', '4 7 10', 'closed']);
  });

  it('sends functions of cells from tslab, and says why a pipeline that uses variables of other cells cannot go', async () => {
    const cells = await notebook('03-send-to-the-cloud', 'tslab');
    expect(printed(cells).slice(0, 2)).toEqual(['value 42 on Node true', '3 6 9']);
    expect(failed(cells).join('')).toMatch(/PackError: cannot pack: .*exports/);
  });
});

describe.runIf(isInstalled)('cells of Deno', () => {
  it('are seen with their variables, also those that change, and edits are noticed', async () => {
    const cells = await runInDeno([
      `import { node, Pipeline } from 'hypernodes'; import { MemoryCache } from 'hypernodes/cache'; let factor = 2; const helper = (x: number) => x * factor;`,
      `const out = node('out', ({ x }: { x: number }) => helper(x)); const p = new Pipeline({ nodes: [out], cache: new MemoryCache() });
       console.log((await p.run({ x: 1 })).out, (await p.map({ x: [1, 1] }, { over: 'x' })).stats.cached);`,
      `factor = 5; console.log((await p.run({ x: 1 })).out);`,
      `import { pack, packAsync, unpack } from 'hypernodes/pack';
       console.log((unpack(await packAsync(helper)) as typeof helper)(3));
       const other = (x: number) => x + factor;
       try { pack(other); } catch (error) { console.log((error as Error).message); }`,
      `console.log('plain', 1);`,
    ]);
    expect(failed(cells)).toEqual([]);
    expect(printed(cells)).toEqual(['2 2', '5', '15', expect.stringContaining('packAsync'), 'plain 1']);
  });

  it('may use what other cells imported: packages and builtins travel by name, and are cached by name', async () => {
    const cells = await runInDeno([
      `import { node, Pipeline } from 'hypernodes'; import { basename } from 'node:path'; import * as acorn from 'acorn'; import { parse as parseCode } from 'acorn';`,
      `import { MemoryCache } from 'hypernodes/cache'; import { packAsync, unpack } from 'hypernodes/pack'; import { App, LocalProvider } from 'hypernodes/remote';
       process.on('warning', ({ message }) => console.log(message));
       const name = (path: string) => basename(path) + acorn.version[0] + parseCode('1', { ecmaVersion: 2022 }).body.length;`,
      // V8 lets go of scripts that have run.
      `for (let round = 0; round < 20; round++) Array.from({ length: 200_000 }, (_, i) => ({ text: 'x' + i }));`,
      `const bytes = await packAsync(name); console.log(bytes.length < 500, (unpack(bytes) as typeof name)('/a/b.txt'));`,
      `const named = node('named', ({ path }: { path: string }) => name(path)); const p = new Pipeline({ nodes: [named], cache: new MemoryCache() });
       for (const _ of [1, 2]) console.log((await p.map({ path: ['/a/b.txt'] }, { over: 'path' })).stats.cached);`,
      `const provider = new LocalProvider(); console.log(await new App('names', { provider }).function((path: string) => basename(path)).remote('/c/d')); await provider.close();`,
      `const basename = (path: string) => 'mine ' + path;`,
      `console.log((unpack(await packAsync((path: string) => basename(path))) as typeof basename)('/e'));`,
    ]);
    expect(failed(cells)).toEqual([]);
    expect(printed(cells)).toEqual(['true b.txt81', '0', '1', 'd', 'mine /e']);
  });

  it('show a pipeline that is their last value', async () => {
    // With all messages, also those that come after the cell is done.
    const messages = await record(folder, 'deno', [
      `import { node, Pipeline } from 'hypernodes';
       const p = new Pipeline({ name: 'p', nodes: [node('good', ({ x }: { x: number }) => x)] });`,
      `p`,
      withPause(`console.log('goes on');`),
    ]);
    const results = messages.filter(({ type }) => type === 'execute_result').map(({ text }) => text);
    expect(results).toEqual([expect.stringMatching(/^<svg[\s\S]*>good<\/text>/)]);
  });

  it('show errors as errors', async () => {
    const cells = await execute(folder, 'deno', [
      `import { node, Pipeline } from 'hypernodes';
       const bad = node('bad', ({ x }: { x: number }): number => { throw new RangeError('no ' + x); });
       const p = new Pipeline({ name: 'p', nodes: [bad] });`,
      `await p.run({ x: 1 });`,
      withPause(`console.log('goes on');`),
    ]);
    expect(cells[1]!.failed).toMatch(/RangeError: no 1[\s\S]*in node p > bad/);
    expect(cells[2]!.printed).toBe('goes on\n');
  });
});
