import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { node, Pipeline, pipeline, reportOf } from 'hypernodes';
import { toHTML, toSVG } from 'hypernodes/viz';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../fixtures/browser.ts';
import { corpus, hostile, odd, perDoc, twice, typed } from './pipelines.ts';

describe('toSVG', () => {
  it('gives the same picture for the same pipeline', async () => {
    expect(await toSVG(corpus)).toBe(await toSVG(corpus));
    expect(await toSVG(corpus, { direction: 'right' })).not.toBe(await toSVG(corpus));
  });

  it('has every name in it, and colours for both themes', async () => {
    const picture = await toSVG(corpus);
    for (const name of ['path', 'documents', 'per_doc', '× documents', 'cleaned', 'measures', 'total', 'length']) {
      expect(picture).toContain(`>${name}</text>`);
    }
    expect(picture).toContain('prefers-color-scheme:dark');
    expect(await toSVG(corpus, { theme: 'dark' })).not.toContain('prefers-color-scheme');
  });

  it('cuts labels that would make a box too wide; the tooltip has all of them', async () => {
    const picture = await toSVG(odd);
    expect(picture).not.toContain(`>${'x'.repeat(200)}</text>`);
    expect(picture).toContain(`x${'x'.repeat(150)}`);
    expect(Number(/width="(\d+)"/.exec(picture)![1])).toBeLessThan(800);
  });

  it('draws a pipeline that is nested twice two times', async () => {
    const picture = await toSVG(twice);
    expect(picture.match(/>cleaned<\/text>/g)).toHaveLength(2);
    expect(picture.match(/class="title"/g)).toHaveLength(2);
  });

  it('shows the types that schemas tell', async () => {
    const picture = await toSVG(typed);
    expect(picture).toContain('>texts: string[]</text>');
    expect(picture).toContain('>→ string[]</text>');
  });

  it('shows what a run did', async () => {
    const result = await corpus.run({ path: 'a,bad', language: 'en' }, { report: true });
    const picture = await toSVG(corpus, { report: reportOf(result) });
    expect(picture).toMatch(/class="box node failed" data-path="corpus &gt; per_doc &gt; measures"/);
    expect(picture).toMatch(/class="box node executed" data-path="corpus &gt; total"/);
  });
});

describe.skipIf(!hasBrowser('pictures in a browser'))('in a browser', () => {
  let browser: Browser;
  let page: Page;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'hypernodes-viz-'));
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string, content: string, width: number, colorScheme: 'light' | 'dark'): Promise<Page> {
    const file = join(folder, name);
    writeFileSync(file, content);
    page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  /** Runs in the page: what is drawn over something that it should not touch, or out of its box. */
  const findFaults = `(() => {
    const faults = [];
    const leaves = [...document.querySelectorAll('.box:not(.group)')];
    for (const title of document.querySelectorAll('.title')) {
      const group = [...document.querySelectorAll('.group')].find((each) => each.dataset.path === title.dataset.path);
      const [inner, outer] = [title, group].map((each) => each.getBoundingClientRect());
      if (inner.left < outer.left || inner.right > outer.right) faults.push(title.textContent + ' leaves its group');
    }
    for (const leaf of leaves) {
      const outer = leaf.querySelector('rect').getBoundingClientRect();
      for (const text of leaf.querySelectorAll('text')) {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        const fits = left >= outer.left - 1 && right <= outer.right + 1 && top >= outer.top - 1 && bottom <= outer.bottom + 1;
        if (!fits) faults.push(text.textContent + ' leaves its box');
      }
      for (const other of leaves) {
        if (other === leaf) continue;
        const box = other.querySelector('rect').getBoundingClientRect();
        const isApart = box.left >= outer.right || box.right <= outer.left || box.top >= outer.bottom || box.bottom <= outer.top;
        if (!isApart) faults.push(leaf.textContent + ' overlaps ' + other.textContent);
      }
    }
    return faults;
  })()`;

  it.each([
    ['light', 1200],
    ['dark', 500],
  ] as const)('texts fit and boxes are apart: %s, %d pixels wide', async (scheme, width) => {
    const result = await corpus.run({ path: 'a,bad', language: 'en' }, { report: true });
    for (const [name, picture] of [
      ['corpus', await toSVG(corpus)],
      ['report', await toSVG(corpus, { report: reportOf(result) })],
      ['right', await toSVG(corpus, { direction: 'right' })],
      ['hostile', await toSVG(hostile)],
      ['odd', await toSVG(odd)],
      ['twice', await toSVG(twice)],
      ['narrow', await toSVG(new Pipeline({ name: 'all', nodes: [perDoc.asNode({ mapOver: 'text' })] }))],
      ['typed', await toSVG(typed, { direction: 'right' })],
    ] as const) {
      await open(`${name}.html`, `<!doctype html><meta charset="utf-8">${picture}`, width, scheme);
      expect(await page.evaluate(findFaults), name).toEqual([]);
      const colours = await page.evaluate<string>(
        "getComputedStyle(document.querySelector('.hypernodes')).backgroundColor",
      );
      expect(colours).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(15, 23, 42)');
      await page.close();
    }
  });

  it('pictures of several themes on one page keep theirs', async () => {
    const pictures = await Promise.all((['dark', 'light', 'auto'] as const).map((theme) => toSVG(perDoc, { theme })));
    await open('themes.html', `<!doctype html>${pictures.join('')}`, 900, 'dark');
    const grounds = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.hypernodes')].map((each) => getComputedStyle(each).backgroundColor)",
    );
    expect(grounds).toEqual(['rgb(15, 23, 42)', 'rgb(255, 255, 255)', 'rgb(15, 23, 42)']);
    await page.close();
  });

  it('a page of many nested pipelines closes and opens those of a depth together', async () => {
    const many = pipeline.untyped(
      Array.from({ length: 8 }, (_, index) =>
        perDoc.asNode({
          name: `part_${index}`,
          inputs: { [`text${index}`]: 'text' },
          outputs: { length: `length${index}` },
        } as never),
      ) as never,
      { name: 'many' },
    );
    await open('many.html', await toHTML(many, { depth: 0 }), 1200, 'light');
    expect(await page.locator('.group').count()).toBe(0);
    await page.locator('[data-path="many > part_3"]').click();
    expect(await page.locator('.group').count()).toBe(8);
    await page.locator('.title[data-path="many > part_5"]').click();
    expect(await page.locator('.group').count()).toBe(0);
    await page.getByText('open all').click();
    expect(await page.locator('.group').count()).toBe(8);
    await page.close();
  });

  it('the page opens and closes nested pipelines, and zooms', async () => {
    const outer = new Pipeline({ name: 'outer', nodes: [corpus.asNode({})] });
    await open('page.html', await toHTML(outer), 900, 'light');
    expect(await page.locator('[data-path="outer > corpus > per_doc > measures"]').count()).toBe(1);
    await page.locator('.title[data-path="outer > corpus > per_doc"]').click();
    expect(await page.locator('[data-path="outer > corpus > per_doc > measures"]').count()).toBe(0);
    await page.locator('[data-path="outer > corpus > per_doc"]').click();
    expect(await page.locator('[data-path="outer > corpus > per_doc > measures"]').count()).toBe(1);
    await page.locator('.title[data-path="outer > corpus"]').click();
    expect(await page.locator('.group').count()).toBe(0);
    const scale = () =>
      page.evaluate<number>("new DOMMatrix(getComputedStyle(document.querySelector('main svg')).transform).a");
    const before = await scale();
    await page.getByText('+', { exact: true }).click();
    expect(await scale()).toBeGreaterThan(before);
    await page.close();
  });

  it('lets no name out of its text', async () => {
    await open('hostile.html', await toHTML(hostile), 900, 'light');
    expect(await page.title()).toBe('</text><script>alert(1)</script>');
    expect(await page.locator('main svg text', { hasText: '日本語' }).count()).toBe(1);
    await page.close();
  });

  it('law: any pipeline gives a picture that a parser of XML takes', async () => {
    await open('empty.html', '<!doctype html>', 500, 'light');
    const name = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' });
    const graphs = fc.uniqueArray(name, { minLength: 1, maxLength: 12 }).map((names) => {
      const nodes = names.map((each, index) =>
        node({
          name: `v${index}`,
          label: each,
          inputs: [index === 0 ? 'start' : `v${Math.floor(index / 2)}`].filter((input) => input !== `v${index}`),
          run: () => 1,
        }),
      );
      return pipeline.untyped([...nodes, perDoc], { name: names[0]! });
    });
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const picture = await toSVG(graph);
        const errors = await page.evaluate<number>(
          `new DOMParser().parseFromString(${JSON.stringify(picture)}, 'image/svg+xml').getElementsByTagName('parsererror').length`,
        );
        expect(errors).toBe(0);
      }),
      { numRuns: 20 },
    );
    await page.close();
  });
});
