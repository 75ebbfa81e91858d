import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = fileURLToPath(new URL('.', import.meta.url));

/** What users have, not what this project has: no paths to the sources, so that the built declarations are checked. */
const compilerOptions = {
  target: 'es2022',
  lib: ['es2023', 'esnext.disposable'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
};
const project = mkdtempSync(join(root, 'node_modules/.types-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** What a compiler says of one place. */
interface Mistake {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** A statement in `refused/`: it follows a comment `// ✖ some words … more words` that says what a compiler must say. */
interface Refused {
  readonly statement: string;
  readonly file: string;
  readonly words: readonly string[];
  readonly firstLine: number;
  readonly lastLine: number;
}

const refused = readdirSync(join(folder, 'refused')).flatMap((file) => {
  const lines = readFileSync(join(folder, 'refused', file), 'utf8').split('\n');
  return lines.flatMap((line, index): Refused[] => {
    const words = /^\/\/ ✖ (.*)$/.exec(line)?.[1]?.split(' … ');
    if (words === undefined) return [];
    const end = lines.indexOf('', index);
    return [
      { statement: lines[index + 1]!, file, words, firstLine: index + 2, lastLine: end < 0 ? lines.length : end },
    ];
  });
});

const isAt = ({ file, line }: Mistake, place: Refused): boolean =>
  file === place.file && line >= place.firstLine && line <= place.lastLine;

describe.each(['typescript-5.9', 'typescript', 'typescript-7'])('with %s', (compiler) => {
  let mistakes: readonly Mistake[];
  beforeAll(async () => {
    mistakes = await mistakesFoundBy(compiler);
  }, 60_000);

  it('what shall be accepted is, with the types that it shall have', () => {
    expect(mistakes.filter((mistake) => !refused.some((place) => isAt(mistake, place)))).toEqual([]);
  });

  it.each(refused)('refuses $statement', (place) => {
    const found = mistakes.filter((mistake) => isAt(mistake, place));
    const text = found.map((mistake) => mistake.text).join('\n');
    expect(text).not.toBe('');
    // Of several overloads TypeScript 7 explains the last one only, which need not be the one that was meant.
    if (text.includes('The last overload gave')) return;
    for (const words of place.words) expect(text).toContain(words);
  });
});

async function mistakesFoundBy(compiler: string): Promise<Mistake[]> {
  const binary = join(root, 'node_modules', compiler, 'bin', 'tsc');
  if (!existsSync(binary)) throw new Error(`${binary} is missing: run npm ci`);
  const config = join(project, `${compiler}.json`);
  writeFileSync(config, JSON.stringify({ compilerOptions, files: sources() }));
  const args = [binary, '--project', config, '--pretty', 'false'];
  const { stdout } = await promisify(execFile)(process.execPath, args).catch((error: { stdout: string }) => error);
  // A mistake is a line with its place, and lines below it that are indented.
  const messages = stdout.split(/\n(?=\S)/).map((message) => /([^/\s]+)\((\d+),\d+\): error (.*)/s.exec(message));
  return messages.flatMap((found) =>
    found === null ? [] : [{ file: found[1]!, line: Number(found[2]), text: found[3]!.trim() }],
  );
}

const sources = (): string[] => [
  join(folder, 'accepted.ts'),
  ...readdirSync(join(folder, 'refused')).map((file) => join(folder, 'refused', file)),
];
