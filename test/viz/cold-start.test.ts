import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** What it draws is compared, with a name of its own in it. */
const program = `
import { node, Pipeline } from 'hypernodes';
import { toSVG } from 'hypernodes/viz';
const clean = node('cleaned', ({ text }) => text.trim());
const inner = new Pipeline({ name: 'inner', nodes: [clean] });
process.stdout.write(await toSVG(new Pipeline({ name: 'outer', nodes: [inner] })));
`;

describe('the first picture of a process', () => {
  let folder: string;
  let kept: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hypernodes-cold-'));
    kept = join(folder, 'node_modules/.cache/hypernodes');
    for (const part of ['dist', 'package.json']) {
      cpSync(join(root, part), join(folder, 'node_modules/hypernodes', part), { recursive: true });
    }
    cpSync(join(root, 'node_modules/elkjs'), join(folder, 'node_modules/elkjs'), { recursive: true });
    for (const name of ['acorn', '@standard-schema']) {
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
    writeFileSync(join(folder, 'program.mjs'), program);
  });
  beforeEach(() => rmSync(join(folder, 'node_modules/.cache'), { recursive: true, force: true }));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const draw = async (...options: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)(process.execPath, [...options, 'program.mjs'], { cwd: folder });
    return stdout;
  };
  const keptFiles = (): string[] => readdirSync(kept).map((name) => join(kept, name));

  it('keeps the compiled layout for the next process, which draws the same with it', async () => {
    const first = await draw();
    expect(first).toMatch(/^<svg[\s\S]*>cleaned<\/text>[\s\S]*<\/svg>/);
    const [file, ...others] = keptFiles();
    expect(others).toEqual([]);
    const { ino } = statSync(file!);
    expect(await draw()).toBe(first);
    // It was good: nobody wrote another one.
    expect(statSync(file!).ino).toBe(ino);
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['empty', () => Buffer.alloc(0)],
    ['changed in its middle', (bytes: Buffer) => bytes.fill(0x5a, bytes.length / 2, bytes.length / 2 + 64)],
  ])('does not run what was kept and is %s, and replaces it', async (_, damage) => {
    const first = await draw();
    const [file] = keptFiles();
    const whole = readFileSync(file!);
    const damaged = Buffer.from(damage(Buffer.from(whole)));
    writeFileSync(file!, damaged);
    expect(await draw()).toBe(first);
    expect(readFileSync(file!).equals(damaged)).toBe(false);
    expect(await draw()).toBe(first);
    expect(keptFiles()).toEqual([file]);
  });

  it('draws where nothing can be kept', async () => {
    mkdirSync(join(folder, 'node_modules/.cache'));
    writeFileSync(kept, 'a file, where the folder should be');
    expect(await draw()).toMatch(/^<svg/);
    expect(await draw()).toMatch(/^<svg/);
  });

  it('draws with other options of V8, whose code is another', async () => {
    const first = await draw();
    expect(await draw('--no-lazy')).toBe(first);
    expect(await draw()).toBe(first);
  });
});
