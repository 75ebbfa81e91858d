import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../fixtures/browser.ts';
import { playedReport } from '../fixtures/callbacks/played-report.ts';

describe.skipIf(!hasBrowser('the page of a report'))('the page of a report in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(() => browser.close());

  const open = async (width: number, colorScheme: 'light' | 'dark'): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width, height: 600 }, colorScheme });
    await page.setContent(playedReport().toHTML());
    return page;
  };

  /** Left and right end of each bar of a node, as shares of its lane. */
  const barsOf = (page: Page, path: string): Promise<{ kind: string; from: number; to: number }[]> =>
    page.locator(`tr:has(th[title="${path}"]) .lane`).evaluate((lane) => {
      const whole = lane.getBoundingClientRect();
      return [...lane.querySelectorAll('i')].map((bar) => {
        const { left, right } = bar.getBoundingClientRect();
        return { kind: bar.className, from: (left - whole.left) / whole.width, to: (right - whole.left) / whole.width };
      });
    });

  it('draws each node where it ran', async () => {
    const page = await open(1200, 'light');
    const [model] = await barsOf(page, 'all > model');
    const [report] = await barsOf(page, 'all > report');
    const words = await barsOf(page, 'all > per_doc > words');
    expect(model?.from).toBeCloseTo(1870 / 5520, 2);
    expect(model?.to).toBeCloseTo(4470 / 5520, 2);
    expect(report?.to).toBeCloseTo(1, 2);
    expect(words.filter(({ kind }) => kind === 'cached')).toHaveLength(10);
    expect(words.filter(({ kind }) => kind === 'executed')).toHaveLength(27);
    expect(words.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
    for (const { from, to } of words) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeLessThanOrEqual(1870 / 5520 + 0.01);
    }
  });

  it.each([1400, 900, 380])('fits a window %i pixels wide', async (width) => {
    const page = await open(width, 'light');
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const lane = await page.locator('.lane').first().boundingBox();
    expect(lane?.width).toBeGreaterThan(width / 4);
  });

  it('is light or dark as the reader wants it', async () => {
    const look = async (scheme: 'light' | 'dark'): Promise<readonly string[]> => {
      const page = await open(1200, scheme);
      return page.evaluate<string[]>(
        '[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]',
      );
    };
    expect(await look('light')).toEqual(['rgb(255, 255, 255)', 'rgb(31, 35, 40)']);
    expect(await look('dark')).toEqual(['rgb(21, 24, 28)', 'rgb(227, 231, 236)']);
  });
});
