import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const example = fileURLToPath(new URL('../../examples/spam-filter/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'hypernodes-spam-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const command = ['--import', 'tsx', 'src/main.ts', '--cache', join(folder, 'cache')];
const options = { cwd: example, env: { ...process.env, INIT_CWD: folder } };

describe('the demo on the whole corpus', () => {
  let report: string;
  let progress: string;

  beforeAll(async () => {
    const offer = readFileSync(join(example, 'mails/offer.eml'));
    writeFileSync(join(folder, 'mine.eml'), readFileSync(join(example, 'mails/meeting.eml')));
    const demo = spawn(process.execPath, [...command, 'mine.eml', '-'], options);
    demo.stdin.end(offer);
    const ended = new Promise((resolve) => demo.once('close', resolve));
    const [output, errors] = await Promise.all([text(demo.stdout), text(demo.stderr)]);
    expect(await ended).toBe(0);
    report = output;
    progress = errors;
  }, 300_000);

  const number = (pattern: RegExp) => Number(pattern.exec(report)?.[1]?.replaceAll(',', ''));

  test('uses every mail: to learn from, to be judged, or counted as broken', () => {
    expect(report).toContain('6,046  in the corpus: 1,896 spam, 4,150 ham');
    const broken = number(/([\d,]+) {2}could not be read/);
    const training = number(/([\d,]+) {2}to learn from/);
    const heldOut = number(/([\d,]+) {2}held out/);
    expect(broken + training + heldOut).toBe(6046);
    expect(broken).toBe(3);
    expect(report).toContain('could not be read: spam-1/00467, spam-2/00204, spam-2/01214');
    expect(heldOut).toBeGreaterThan(1000);
  });

  test('tells spam from ham on mails it has not seen, and its figures agree with its table', () => {
    const [spamAsSpam, spamAsHam] = rowOf(report, 'spam');
    const [hamAsSpam, hamAsHam] = rowOf(report, 'ham');
    const all = spamAsSpam + spamAsHam + hamAsSpam + hamAsHam;
    expect(all).toBe(number(/([\d,]+) {2}held out/));
    expect(number(/accuracy +([\d.]+) %/)).toBeCloseTo((100 * (spamAsSpam + hamAsHam)) / all, 1);
    expect(number(/precision +([\d.]+) %/)).toBeCloseTo((100 * spamAsSpam) / (spamAsSpam + hamAsSpam), 1);
    expect(number(/recall +([\d.]+) %/)).toBeCloseTo((100 * spamAsSpam) / (spamAsSpam + spamAsHam), 1);
    expect(number(/accuracy +([\d.]+) %/)).toBeGreaterThan(97);
    expect(number(/recall +([\d.]+) %/)).toBeGreaterThan(95);
  });

  test('names ten telling features', () => {
    expect(report.match(/\d\.\d{3} bits {2}(spam|ham)$/gm)).toHaveLength(10);
  });

  const executed = (text: string) => Number(/([\d,]+) executed/.exec(text)?.[1]?.replaceAll(',', ''));

  test('executes nothing the second time but what is not to be cached, and says the same', async () => {
    const again = await promisify(execFile)(process.execPath, [...command, 'mine.eml'], options);
    const learned = (text: string) => text.slice(0, text.indexOf('New mails'));
    expect(learned(again.stdout)).toBe(learned(report));
    expect(executed(progress)).toBeGreaterThan(20_000);
    // The corpus is read from its package again.
    expect(executed(again.stderr)).toBe(1);
  }, 300_000);

  test.each(['workers', 'local'])(
    'says the same when it learns in other places: %s',
    async (place) => {
      const cache = join(folder, `cache-${place}`);
      const there = await promisify(execFile)(
        process.execPath,
        [...command, '--on', place, '--cache', cache, 'mine.eml'],
        options,
      );
      const learned = (text: string) => text.slice(0, text.indexOf('New mails'));
      expect(learned(there.stdout)).toBe(learned(report));
      expect(executed(there.stderr)).toBeGreaterThan(20_000);
    },
    300_000,
  );

  test('judges a file and what comes in', () => {
    expect(report).toMatch(/HAM +mine\.eml/);
    expect(report).toMatch(/SPAM +standard input/);
  });
});

test('a file that is not there is an error at once', async () => {
  const demo = promisify(execFile)(process.execPath, [...command, 'nowhere.eml'], options);
  await expect(demo).rejects.toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('nowhere.eml') });
});

test('--help says how to use it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...command, '--help'], options);
  expect(stdout).toContain('npm run demo -- a.eml');
});

function rowOf(report: string, label: string): [number, number] {
  const [, spam, ham] = new RegExp(`^ {2}${label} +([\\d,]+) +([\\d,]+)$`, 'm').exec(report) ?? [];
  return [Number(spam?.replaceAll(',', '')), Number(ham?.replaceAll(',', ''))];
}
