import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { type Cell, cellsOf, execute, hasJupyter, type Kernel, notebookFolder } from './jupyter.ts';

const isInstalled = hasJupyter('notebooks');
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

const notebook = (name: string, kernel: Kernel): Promise<Cell[]> =>
  execute(folder, kernel, kernel === 'tslab' ? cellsOf(name).map(withoutWiringTypes) : cellsOf(name));
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
    const cells = await execute(folder, 'deno', [
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

  it('show a pipeline that is their last value, and errors as errors', async () => {
    const cells = await execute(folder, 'deno', [
      `import { node, Pipeline } from 'hypernodes';
       const bad = node('bad', ({ x }: { x: number }): number => { throw new RangeError('no ' + x); });
       const p = new Pipeline({ name: 'p', nodes: [bad] });`,
      `await p.run({ x: 1 });`,
      `console.log('goes on');`,
    ]);
    expect(cells[1]!.failed).toMatch(/RangeError: no 1[\s\S]*in node p > bad/);
    expect(cells[2]!.printed).toBe('goes on\n');
  });
});
